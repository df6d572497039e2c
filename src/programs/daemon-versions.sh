# daemon-versions: asks programs that run on this host for their versions, the very files that run, also if a package replaced them.
#
# Begins with bounded.sh. Arguments: 1 seconds that each may take; from 2 on NAME:PID of a process, or NAME of a program in PATH.
# Records: version NAME TEXT, the first line of what it said with a number such as 1.2; unread NAME for one that is not there, failed, or took too long.
# Exit: 0 always; 64 bad arguments.
# Never: asks a daemon over a socket, reads a configuration, changes anything.
set -eu

main() {
  [ "$#" -ge 1 ] || exit 64
  seconds=$1
  case $seconds in '' | *[!0-9]*) exit 64 ;; esac
  shift
  for asked do
    case $asked in
      *:*) file=/proc/${asked#*:}/exe ;;
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
