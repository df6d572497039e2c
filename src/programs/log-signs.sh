# log-signs: lines of the journal and of the kernel's log that match, newest first, within bounds of age, number and time.
#
# Begins with bounded.sh. Arguments: 1 seconds that each reading may take; 2 how many seconds back; 3 how many entries of the journal are looked
#   at; 4 how many lines are printed; 5 an extended regular expression without backslashes.
# Records:
#   clock EPOCH UPTIME        seconds, both of the host, when the reading began
#   journal STATE SECONDS     read: so many seconds back, which is an hour if all was too much; missing: no journalctl; empty: it has no entry
#                             at all, or none that we may read; late: it did not answer in time; failed: journalctl ended with an error
#   kernel STATE              journal: its messages are there; dmesg: they are in the ring buffer, as far as that reaches back; missing; denied; late
#   line journal TEXT         as of journalctl -o short-unix, or short-iso where systemd is older than 230
#   line dmesg TEXT           as of dmesg
#   cut                       there are more lines than were asked for
#   short                     the journal has more entries in that time than were looked at: older ones were not
# Exit: 0 looked; 64 bad arguments.
# Never: reads the entries of other programs than the kernel, container runtimes and kubelet; follows a log; clears the ring buffer.
set -eu

# The journal keeps the first 15 bytes of a command's name; each is asked for by its index.
sources='_TRANSPORT=kernel + _COMM=dockerd _COMM=docker _COMM=dockerd-current _COMM=docker-current _COMM=containerd
  _COMM=containerd-shim _COMM=docker-containe _COMM=crio _COMM=podman _COMM=kubelet _COMM=hyperkube _COMM=k3s _COMM=k3s-server
  _COMM=k3s-agent _COMM=rke2'

# Its reader is closed as soon as there is enough, which ends journalctl and dmesg too. A further line of an entry begins with blanks.
# shellcheck disable=SC2016
reader='
function esc(text) { gsub(/\\/, "\\134", text); gsub(/\t/, "\\011", text); return text }
BEGIN {
  origin = ARGV[1]; command = ARGV[2]; most = ARGV[3]; form = ARGV[4]; entries = ARGV[5]
  while ((command | getline line) > 0) {
    if (line !~ /^[ \t]/) seen++
    if (line !~ form) continue
    if (++found > most) { print "cut"; exit }
    print "line\t" origin "\t" esc(substr(line, 1, 800))
  }
  if (close(command) != 0) print "failed"
  else if (entries != "" && seen >= entries + 0) print "short"
}'

show() {
  lines=$(printf '%s\n' "$said" | grep -E "^(line$tab|cut$|short$)") || return 0
  printf '%s\n' "$lines"
  records=$((records + $(printf '%s\n' "$lines" | awk 'END { print NR }')))
}

# Sets $kernel to journal if the messages of this boot are there, and were read.
read_journal() {
  if ! command -v journalctl >/dev/null 2>&1; then
    record journal missing
    return 0
  fi
  bounded "$seconds" journalctl -q --no-pager -n 1 -o cat
  case $code:$said in
    late:*) record journal late && return 0 ;;
    0:?*) ;;
    *) record journal empty && return 0 ;;
  esac
  bounded "$seconds" journalctl -q --no-pager -k -n 1 -o cat
  case $code:$said in 0:?*) kernel=journal ;; esac
  layout=short-unix
  bounded "$seconds" journalctl -q --no-pager -n 0 -o "$layout"
  [ "$code" = 0 ] || layout=short-iso
  for back in "$window" 3600; do
    command="exec journalctl -q --no-pager -r -o $layout -n $entries --since -${back}s $(printf '%s ' $sources) 2>/dev/null"
    bounded "$seconds" awk "$reader" journal "$command" "$most" "$form" "$entries"
    [ "$code" = late ] || break
  done
  case $code:$nl$said$nl in
    0:*"${nl}failed$nl"*)
      record journal failed "$back"
      show
      kernel=
      ;;
    0:*)
      record journal read "$back"
      show
      ;;
    *)
      record journal late
      kernel=
      ;;
  esac
}

read_kernel() {
  if [ "$kernel" = journal ]; then
    record kernel journal
    return 0
  fi
  if ! command -v dmesg >/dev/null 2>&1; then
    record kernel missing
    return 0
  fi
  bounded "$seconds" dmesg
  case $code in
    0) ;;
    late) record kernel late && return 0 ;;
    *) record kernel denied && return 0 ;;
  esac
  bounded "$seconds" awk "$reader" dmesg 'exec dmesg 2>/dev/null' "$most" "$form"
  case $code:$nl$said$nl in
    0:*"${nl}failed$nl"*) record kernel denied && return 0 ;;
    0:*) record kernel dmesg ;;
    *) record kernel late && return 0 ;;
  esac
  show
}

main() {
  [ "$#" -eq 5 ] || exit 64
  seconds=$1 window=$2 entries=$3 most=$4 form=$5 kernel=
  case $seconds$window$entries$most in *[!0-9]*) exit 64 ;; esac
  read -r up _ </proc/uptime
  record clock "$(date +%s)" "$up"
  read_journal
  read_kernel
  finish 0
}

main "$@"
