# daemon-process: what /proc tells of the daemons that run the containers of this host: dockerd, containerd, cri-o, kubelet.
#
# Begins with bounded.sh. Arguments: 1 seconds that each step may take which could have to wait; 2 how many descriptors of a process
#   are looked at to say what they are, 0 for none; 3 socket where Docker has its API if a dockerd does not say it.
# Records: boot SECONDS TICKS: age of this boot, and clock ticks in a second | host ALLOCATED MAX TOTAL AVAILABLE: file handles, memory in KiB
#   | process ROLE PID START PARENT UID STATE UNIT EXE ARGS | usage PID FDS SOFT HARD RSS VIRTUAL THREADS LIMIT, memory in KiB, LIMIT in bytes;
#     "" for what could not be read | kinds PID LOOKED SOCKETS PIPES ANONYMOUS FILES | socket PID PATH CONNECTIONS WAITING, of each dockerd; PID "" for
#     a socket that is there although no dockerd runs | unread PID WHAT.
# Exit: 0 always when the question could be asked; 64 bad arguments.
# Never: asks a daemon, follows a descriptor to its file, waits for a process that waits (all that may is bounded), changes anything.
set -eu

# Sets $exe and $args; cmdline waits for the memory of a process, which another one of its tasks may hold.
image_of() {
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'readlink "/proc/$1/exe"; echo; tr "\0\n" "  " <"/proc/$1/cmdline"' sh "$1"
  exe=${said%%"$nl"*} args=${said##*"$nl"}
  [ "$code" = 0 ] || args=''
}

# Fields 3, 4 and 22 of stat; the name in it may hold anything.
stat_of() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${line##*) }
  [ "$#" -ge 20 ] || return 1
  state=$1 parent=$2 start=${20}
}

# The last part of its control group that names a unit, the group itself by version, and whether it runs in a container.
group_of() {
  group=$(awk -F : '
    { path = $0; sub(/^[^:]*:[^:]*:/, "", path) }
    { rest = path; while (match(rest, /[0-9a-f]+/)) { if (RLENGTH == 64) inside = 1; rest = substr(rest, RSTART + RLENGTH) } }
    { n = split(path, part, "/"); for (i = n; i > 0; i--) if (unit == "" && part[i] ~ /\.(service|scope)$/) unit = part[i] }
    $1 == "0" { two = path }
    $2 ~ /(^|,)memory(,|$)/ { one = path }
    END { printf "%s\n%s\n%s\n%s\n", unit, inside + 0, one, two }' "/proc/$1/cgroup" 2>/dev/null) || group="$nl$nl$nl"
  unit=${group%%"$nl"*} group=${group#*"$nl"}
  inside=${group%%"$nl"*} group=${group#*"$nl"}
  memory_one=${group%%"$nl"*} memory_two=${group#*"$nl"}
}

# Smallest limit on the way up; the files of control groups are in memory.
limit_of() {
  limit=''
  if [ -n "$memory_one" ]; then
    limit_up /sys/fs/cgroup/memory "$memory_one" memory.limit_in_bytes
  elif [ -n "$memory_two" ]; then
    limit_up /sys/fs/cgroup "$memory_two" memory.max
  fi
}

limit_up() {
  limit_path=${2%/}
  while [ -n "$limit_path" ]; do
    value=''
    { read -r value <"$1$limit_path/$3"; } 2>/dev/null || :
    case $value in
      '' | *[!0-9]*) ;;
      *) if [ -z "$limit" ] || [ "$value" -lt "$limit" ]; then limit=$value; fi ;;
    esac
    limit_path=${limit_path%/*}
  done
}

usage() {
  fds=''
  if [ -r "/proc/$1/fd" ]; then fds=$(ls "/proc/$1/fd" 2>/dev/null | awk 'END { if (NR > 0) print NR }'); fi
  # shellcheck disable=SC2046
  set -- "$1" $(awk '$1 == "Max" && $2 == "open" { print $4, $5 }' "/proc/$1/limits" 2>/dev/null || :)
  soft=${2-} hard=${3-}
  status=$(awk '$1 == "VmRSS:" { r = $2 } $1 == "VmSize:" { v = $2 } $1 == "Threads:" { t = $2 } $1 == "Uid:" { u = $3 }
    END { print r "," v "," t "," u }' "/proc/$1/status" 2>/dev/null) || status=,,,
  rss=${status%%,*} status=${status#*,}
  virtual=${status%%,*} status=${status#*,}
  threads=${status%%,*} uid=${status#*,}
}

# The links are texts that the kernel makes; stat without -L does not go where they lead.
kinds() {
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'cd "/proc/$1/fd" && ls | head -n "$2" | xargs stat -c %N 2>/dev/null | awk "
    { text = \$0; sub(/^.* -> /, \"\", text); sub(/^[^a-z\/]/, \"\", text); n++ }
    text ~ /^socket:/ { s++; next } text ~ /^pipe:/ { p++; next } text ~ /^anon_inode:/ { a++; next } { f++ }
    END { print n + 0, s + 0, p + 0, a + 0, f + 0 }"' sh "$1" "$most"
  case $code:$said in
    0:*[0-9]*)
      # shellcheck disable=SC2086
      record kinds "$1" $said
      ;;
    *) record unread "$1" 'what its descriptors are' ;;
  esac
}

# Where a dockerd has its API: by its arguments, by its configuration, or where the package puts it; "" if it only listens to a network.
socket_of() {
  socket=$(printf '%s\n' "$args" | sed -n 's|^.*unix://\(/[^ ]*\).*$|\1|p')
  [ -z "$socket" ] || return 0
  hosts=$(printf '%s\n' "$args" | awk '
    { for (i = 1; i <= NF; i++) if ($i == "-H" || $i == "--host") print $(++i); else if (sub(/^(-H=?|--host=)/, "", $i)) print $i }')
  config=$(printf '%s\n' "$args" | sed -n 's/.* --config-file[= ]\([^ ]*\).*/\1/p')
  # One without root has a configuration and a socket of its own.
  usual_of=$usual
  case $uid in '' | 0) config=${config:-/etc/docker/daemon.json} ;; *) usual_of=/run/user/$uid/docker.sock ;; esac
  if [ -z "$hosts" ] && [ -n "$config" ]; then
    bounded "$seconds" head -c 65536 "$config"
    if [ "$code" = 0 ]; then hosts=$(printf '%s\n' "$said" | tr '\n' ' ' | sed -n 's/.*"hosts" *: *\[\([^]]*\)\].*/\1/p'); fi
  fi
  socket=$(printf '%s\n' "$hosts" | sed -n 's|^.*"unix://\(/[^"]*\)".*$|\1|p')
  case $socket:$hosts in
    /*) ;;
    : | *fd://* | *unix://*) socket=$usual_of ;;
  esac
}

# Connections that were accepted are lines with the path of the listener and state 03, those that wait for it have state 02.
connections() {
  accepted='' waiting=''
  if [ ! -r "/proc/$1/net/unix" ]; then return 0; fi
  counts=$(PATH_OF=$2 awk '
    BEGIN { path = ENVIRON["PATH_OF"]; other = path; if (!sub(/^\/var\/run\//, "/run/", other)) sub(/^\/run\//, "/var/run/", other) }
    $8 == path || $8 == other { n[$6]++ }
    END { print n["03"] + 0, n["02"] + 0 }' "/proc/$1/net/unix" 2>/dev/null) || return 0
  accepted=${counts% *} waiting=${counts#* }
}

# Before Docker 1.12 the daemon was the client's program, with the word daemon; a client may have that word further on.
is_daemon() {
  # shellcheck disable=SC2086
  set -f -- $1
  set +f
  while [ "$#" -gt 1 ]; do
    shift
    case $1 in
      daemon | -d) return 0 ;;
      -*) ;;
      *) return 1 ;;
    esac
  done
  return 1
}

# A daemon in a container is none of this host: another pid namespace, or a container in its control group.
tell() {
  stat_of "$1" || return 0
  image_of "$1"
  name=${exe##*/}
  if [ -z "$name" ]; then name=${args%% *} name=${name##*/}; fi
  # Before Linux 4.1 also the link waits for the memory of the process; its short name does not.
  if [ -z "$name" ] && [ "$state" != Z ]; then { read -r name <"/proc/$1/comm"; } 2>/dev/null || return 0; fi
  name=${name%' (deleted)'}
  case $name in *shim*) return 0 ;; esac
  case $name:$args in
    docker:* | docker-current:*) is_daemon "$args" || return 0 ;;
  esac
  case $name:$args in
    dockerd:* | dockerd-*:* | docker:* | docker-current:*) role=dockerd ;;
    containerd:* | docker-containerd:* | docker-containerd-current:*) role=containerd ;;
    crio:*) role=cri-o ;;
    kubelet:* | hyperkube:*kubelet*) role=kubelet ;;
    *) return 0 ;;
  esac
  group_of "$1"
  if [ "$role" != kubelet ]; then
    space=$(readlink "/proc/$1/ns/pid" 2>/dev/null) || space=$own
    if [ "$inside" = 1 ] || [ "$space" != "$own" ]; then return 0; fi
  fi
  usage "$1"
  limit_of
  record process "$role" "$1" "$start" "$parent" "$uid" "$state" "$unit" "$exe" "$args"
  record usage "$1" "$fds" "$soft" "$hard" "$rss" "$virtual" "$threads" "$limit"
  if [ -z "$fds" ]; then record unread "$1" 'its open descriptors'; fi
  if [ "$most" != 0 ] && [ -n "$fds" ]; then kinds "$1"; fi
  if [ "$role" != dockerd ]; then return 0; fi
  seen=yes
  socket_of
  connections "$1" "$socket"
  record socket "$1" "$socket" "$accepted" "$waiting"
}

host_facts() {
  read -r up _ </proc/uptime
  record boot "$up" "$(getconf CLK_TCK 2>/dev/null || echo 100)"
  # In one piece: files of sysctl give nothing more to a shell that reads byte after byte.
  files=$(cat /proc/sys/fs/file-nr 2>/dev/null) || files=''
  memory=$(awk '$1 == "MemTotal:" { t = $2 } $1 == "MemAvailable:" { a = $2 } END { print t "," a }' /proc/meminfo 2>/dev/null) || memory=,
  record host "${files%%"$tab"*}" "${files##*"$tab"}" "${memory%%,*}" "${memory#*,}"
}

main() {
  [ "$#" -eq 3 ] || exit 64
  seconds=$1 most=$2 usual=$3 seen=''
  case $seconds:$most in *[!0-9:]* | :* | *:) exit 64 ;; esac
  own=$(readlink /proc/self/ns/pid 2>/dev/null) || own=''
  host_facts
  # More processes than the arguments of one command can hold; and thousands of shims, which are none.
  names='^(dockerd|docker-current|docker$|docker-containe|containerd$|crio|kubelet|hyperkube)'
  for comm in $(cd /proc && printf '%s\n' [0-9]*/comm | xargs grep -lE "$names" /dev/null 2>/dev/null || :); do
    tell "${comm%/comm}"
  done
  if [ -z "$seen" ] && [ -S "$usual" ]; then
    # podman puts a link to its own socket there.
    case $(readlink "$usual" 2>/dev/null) in *podman*) ;; *) record socket '' "$usual" '' '' ;; esac
  fi
  finish 0
}

main "$@"
