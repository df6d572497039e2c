# bounded: functions that other programs begin with, after that of nap.sh: records, and steps that cannot hang them.
#
# bounded SECONDS COMMAND...  runs a command that is a file (no function) with stdin from /dev/null and sets
#   $said   what it printed, stdout and stderr together, without the last newline
#   $code   its exit number, or "late" if it was still there after SECONDS and was sent SIGKILL
#   $stuck  its pid if not even SIGKILL ended it (state D); it is left to itself. Else empty.
#   It needs no timeout(1), no temporary file and no job control.
# record KIND FIELD...        prints a record, escaped, and counts it; finish EXIT prints the trailer and leaves.
bounded_mark="unbusy-step-$$"
nl='
'
tab='	'
records=0

bounded() {
  bounded_seconds=$1
  shift
  said=$(bounded_run "$@" | sed -e "/^$bounded_mark exit /q" -e "/^$bounded_mark late/q")
  code=${said##*"$nl$bounded_mark "}
  said=${said%"$nl$bounded_mark "*}
  bounded_pids=${said%%"$nl"*}
  said=${said#"$bounded_pids"}
  said=${said#"$nl"}
  stuck=
  bounded_pids=${bounded_pids#* }
  kill "${bounded_pids%% *}" 2>/dev/null || :
  bounded_pids=${bounded_pids#* }
  case $code in
    late) bounded_end "${bounded_pids%% *}" "${bounded_pids#* }" ;;
    exit\ *)
      code=${code#exit }
      said=${said%"$nl"}
      ;;
    *) code=lost ;;
  esac
}

# The command and its alarm, in the background: the reader must not wait for what may never end.
# Prints "MARK watch-pid command-pid runner-pid", what the command says, then "MARK exit N" or "MARK late", and one line more,
# as the sed of busybox looks a line ahead before it quits.
bounded_run() {
  {
    {
      nap "$bounded_seconds"
      printf '\n%s late\n\n' "$bounded_mark"
    } &
    bounded_code=0
    sh -c 'printf "%s %s %s %s\n" "$0" "$1" "$$" "$PPID"; shift; exec "$@"' \
      "$bounded_mark" "$!" "$@" </dev/null 2>&1 || bounded_code=$?
    printf '\n%s exit %s\n\n' "$bounded_mark" "$bounded_code"
  } 2>/dev/null &
}

# Ends a command that was late; a second is enough for whatever SIGKILL can end at all.
bounded_end() {
  kill -9 "$1" 2>/dev/null || :
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -e "/proc/$1" ] || return 0
    sleep 0.1 2>/dev/null || sleep 1
  done
  stuck=$1
  kill -9 "$2" 2>/dev/null || :
}

record() {
  record_line=$1
  shift
  for record_field do
    escape "$record_field"
    record_line=$record_line$tab$escaped
  done
  printf '%s\n' "$record_line"
  records=$((records + 1))
}

# Sets $escaped to a field as mountinfo would print it.
escape() {
  escaped=
  escape_rest=$1
  while :; do
    escape_head=${escape_rest%%[\\"$tab$nl"]*}
    escaped=$escaped$escape_head
    escape_rest=${escape_rest#"$escape_head"}
    case $escape_rest in
      '') return 0 ;;
      \\*) escaped=$escaped'\134' ;;
      "$tab"*) escaped=$escaped'\011' ;;
      *) escaped=$escaped'\012' ;;
    esac
    escape_rest=${escape_rest#?}
  done
}

finish() {
  printf 'end\t%s\n' "$records"
  exit "$1"
}
