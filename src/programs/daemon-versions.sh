# daemon-versions: asks programs that run on this host for their versions, the very files that run, also if a package replaced them.
#
# Begins with bounded.sh. Arguments: 1 seconds that each may take; from 2 on NAME:PID of a process, or NAME of a program in PATH.
# Records: version NAME TEXT, the first line of what it said with a number such as 1.2; unread NAME for one that is not there, failed, or took too long.
# Exit: 0 always; 64 bad arguments.
# Never: asks a daemon over a socket, reads a configuration, changes anything; runs what another user or a container brought: whoever is
#   root would run a stranger's program.
set -eu

# True for a process of root or of ourselves that is in no container: same users and processes, no id in its control group.
is_ours() {
  for space in user pid; do
    [ "$(readlink "/proc/$1/ns/$space" 2>/dev/null)" = "$(readlink "/proc/self/ns/$space" 2>/dev/null)" ] || return 1
  done
  awk -v me="$(id -u)" '$1 == "Uid:" { for (i = 2; i < 6; i++) if ($i != 0 && $i != me) bad = 1; seen = 1 } END { exit bad || !seen }' \
    "/proc/$1/status" 2>/dev/null || return 1
  [ -r "/proc/$1/cgroup" ] || return 1
  awk '{ while (match($0, /[0-9a-f]+/)) { if (RLENGTH == 64) bad = 1; $0 = substr($0, RSTART + RLENGTH) } } END { exit bad + 0 }' \
    "/proc/$1/cgroup" 2>/dev/null
}

main() {
  [ "$#" -ge 1 ] || exit 64
  seconds=$1
  case $seconds in '' | *[!0-9]*) exit 64 ;; esac
  shift
  for asked do
    case $asked in
      *:*)
        file=''
        if is_ours "${asked#*:}"; then file=/proc/${asked#*:}/exe; fi
        ;;
      *) file=$(command -v "$asked") || file='' ;;
    esac
    code=missing
    if [ -n "$file" ]; then bounded "$seconds" "$file" --version; fi
    if [ "$code" = 0 ]; then
      record version "${asked%%:*}" "$(printf '%s\n' "$said" | sed -n '/[0-9]\.[0-9]/{p;q;}')"
    else
      record unread "${asked%%:*}"
    fi
  done
  finish 0
}

main "$@"
