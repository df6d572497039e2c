# docker-api: asks the API behind a UNIX socket of this host, one question after the other, until one is not answered.
#
# Begins with nap.sh and bounded.sh (records only). Arguments: 1 seconds that each question may take; 2 bytes that an answer may have, what is longer
#   is cut; 3 path of the socket; from 4 on what to GET.
# Records: way TOOL with perl, curl, python3 or nc | for each question: line TEXT of what came back, head and body, then
#   answer PATH STATE MS BYTES with STATE one of answered, silent, refused, absent, denied, ended (nothing came back), no-tool.
# Exit: 0 always when the question could be asked; 64 bad arguments.
# Never: opens anything to a network, asks again after silence, changes anything. Tools are ended when their time is over.
set -eu
mark="unbusy-answer-$$"

# Whoever can open a UNIX socket; each prints what came back and exits 0, or 101 refused, 102 absent, 103 denied (curl has numbers of its own).
by_perl='
  use IO::Socket::UNIX; use Socket;
  my ($path, $ask) = @ARGV; alarm($ENV{LIMIT}); $SIG{PIPE} = "DEFAULT";
  my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path);
  if (!$s) { exit($!{ECONNREFUSED} ? 101 : $!{ENOENT} ? 102 : $!{EACCES} || $!{EPERM} ? 103 : 104) }
  syswrite($s, "GET $ask HTTP/1.0\r\nHost: docker\r\nConnection: close\r\n\r\n"); $| = 1;
  while (sysread($s, my $part, 65536)) { print $part or exit 0 }'
by_python='
import errno, os, signal, socket, sys
signal.alarm(int(os.environ["LIMIT"])); signal.signal(signal.SIGPIPE, signal.SIG_DFL)
s = socket.socket(socket.AF_UNIX)
try: s.connect(sys.argv[1])
except OSError as e: sys.exit({errno.ECONNREFUSED: 101, errno.ENOENT: 102, errno.EACCES: 103, errno.EPERM: 103}.get(e.errno, 104))
s.sendall(("GET %s HTTP/1.0\r\nHost: docker\r\nConnection: close\r\n\r\n" % sys.argv[2]).encode())
while True:
    part = s.recv(65536)
    if not part: break
    os.write(1, part)'

# Perl first: it tells why a socket could not be reached, and curl before 7.40 knows no UNIX sockets.
choose_tool() {
  tool=''
  if command -v perl >/dev/null && perl -MIO::Socket::UNIX -MErrno -e 1 2>/dev/null; then
    tool=perl
  elif command -v curl >/dev/null && { curl --help all || curl --help; } 2>/dev/null | grep -q -- --unix-socket; then
    tool=curl
  elif command -v python3 >/dev/null && python3 -c 'import socket, signal' 2>/dev/null; then
    tool=python3
  elif command -v nc >/dev/null && nc -h 2>&1 | grep -q -- '-[^ ]*U'; then
    tool=nc
  fi
}

# In the place of the shell that starts it, so that what ends it ends the tool.
run_tool() {
  case $tool in
    curl) exec curl -q --silent --include --http1.0 --noproxy '*' --max-time "$limit" --unix-socket "$socket" --header 'Connection: close' "http://docker$1" ;;
    perl) LIMIT=$limit exec perl -MErrno -e "$by_perl" "$socket" "$1" ;;
    python3) LIMIT=$limit exec python3 -c "$by_python" "$socket" "$1" ;;
    nc)
      # Go takes lines without a carriage return.
      exec nc -U "$socket" <<REQUEST
GET $1 HTTP/1.0
Host: docker
Connection: close

REQUEST
      ;;
  esac
}

# Runs the tool with an alarm beside it, for a connect that waits knows no time of its own; prints what it said, ends as it did.
watched() {
  { run_tool "$1"; } 2>/dev/null &
  watched_tool=$!
  {
    nap "$((limit + 1))"
    kill -9 "$watched_tool"
  } >/dev/null 2>&1 </dev/null 3>&- 4>&- &
  watched_alarm=$!
  watched_code=0
  wait "$watched_tool" 2>/dev/null || watched_code=$?
  kill "$watched_alarm" 2>/dev/null || :
  return "$watched_code"
}

# Hundredths of a second since boot; a builtin reads it.
now() {
  read -r now _ </proc/uptime
  now=${now%.*}${now#*.}
}

# What came back with a last line of ours, which says how the tool ended and how long it took.
exchange() {
  {
    now
    begun=$now
    ended=$({ { code=0 && watched "$1" 4>&- || code=$?; printf '%s' "$code" >&3; } | head -c "$most" >&4; } 3>&1)
    now
    printf '\n%s %s %s\n' "$mark" "${ended:-cut}" "$(((now - begun) * 10))"
  } 4>&1
}

# Turns it into records: bytes are counted before the mark, and the trailer is made of the count of lines.
tell() {
  tr -d '\000' | PATH_OF=$1 MARK=$mark TOOL=$tool MOST=$most awk '
    function esc(text) { gsub(/\\/, "\\134", text); gsub(/\t/, "\\011", text); return text }
    function state(code) {
      if (code == 101) return "refused"
      if (code == 102) return "absent"
      if (code == 103) return "denied"
      if (ENVIRON["TOOL"] == "curl" && code == 7) return "unreached"
      # curl by its own time, the others by the signal of an alarm, theirs or ours.
      if (bytes < ENVIRON["MOST"] + 0 && (code == 28 || code == 142 || code == 137)) return "silent"
      if (bytes > 0) return "answered"
      return ENVIRON["TOOL"] == "nc" && code != 0 ? "unreached" : "ended"
    }
    index($0, ENVIRON["MARK"] " ") == 1 {
      split($0, word, " ")
      if (held != "") print "line\t" esc(held)
      print "answer\t" esc(ENVIRON["PATH_OF"]) "\t" state(word[2]) "\t" word[3] "\t" bytes
      next
    }
    { if (NR > 1) { print "line\t" esc(held); bytes++ } held = $0; bytes += length($0) }'
}

# Of a tool that only says that it had no connection: is there somebody who listens (flag 10000)?
why_unreached() {
  if [ ! -w "$socket" ]; then
    echo denied
  elif SOCKET=$socket awk '
    BEGIN { path = other = ENVIRON["SOCKET"]; if (!sub(/^\/var\/run\//, "/run/", other)) sub(/^\/run\//, "/var/run/", other) }
    $4 == "00010000" && ($8 == path || $8 == other) { found = 1 }
    END { exit !found }' /proc/net/unix 2>/dev/null; then
    echo ended
  else
    echo refused
  fi
}

main() {
  [ "$#" -ge 4 ] || exit 64
  limit=$1 most=$2 socket=$3
  case $limit:$most in *[!0-9:]* | :* | *:) exit 64 ;; esac
  shift 3
  choose_tool
  record way "$tool"
  for path do
    if [ ! -e "$socket" ] || [ -z "$tool" ]; then
      if [ -e "$socket" ]; then record answer "$path" no-tool 0 0; else record answer "$path" absent 0 0; fi
      break
    fi
    said=$(exchange "$path" | tell "$path")
    last=${said##*"$nl"}
    case $last in
      *"${tab}unreached$tab"*)
        record answer "$path" "$(why_unreached)" 0 0
        break
        ;;
    esac
    printf '%s\n' "$said"
    records=$((records + $(printf '%s\n' "$said" | awk 'END { print NR }')))
    case $last in *"${tab}answered$tab"*) ;; *) break ;; esac
  done
  finish 0
}

main "$@"
