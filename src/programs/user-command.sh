# user-command: functions of run-command and run-shell. They read arguments of these from $word $dir $creates $removes.
#
# stand_ready             goes into the directory; ends the program if the paths that the plan was made on have come or gone.
# refuse WHY              ends it with 125, and the line "WORD WHY" on stderr: the command is not started.
# feed COUNT CHUNK...     prints so many chunks, the stdin of the command. Exits where nobody reads, so it is called in a pipe.
stand_ready() {
  if [ -n "$creates" ] && { [ -e "$creates" ] || [ -h "$creates" ]; }; then refuse stale; fi
  if [ -n "$removes" ] && [ ! -e "$removes" ] && [ ! -h "$removes" ]; then refuse stale; fi
  if [ -n "$dir" ]; then cd -- "$dir" 2>/dev/null || refuse chdir; fi
}

refuse() {
  printf '%s %s\n' "$word" "$1" >&2
  exit 125
}

feed() {
  left=$1
  shift
  while [ "$left" -gt 0 ]; do
    printf '%b' "$1" || exit 0
    shift
    left=$((left - 1))
  done
}
