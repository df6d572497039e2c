# goroutine-file: the newest list of goroutines that a dockerd wrote down on SIGUSR1 (since Docker 1.13; before, it went into its log).
#
# Begins with bounded.sh. Arguments: 1 seconds that each look may take; 2 bytes that are read of it; 3 seconds that it may be old;
#   from 4 on directories where dockerd may have put it.
# Records: dump PATH AGE BYTES and line TEXT of its content, escaped; none if there is none that is young enough.
# Exit: 0 done; 14 a look did not end in time; 64 bad arguments.
# Never: signals anybody, changes anything.
set -eu

late() {
  record stuck "$stuck"
  finish 14
}

main() {
  [ "$#" -ge 4 ] || exit 64
  seconds=$1 most=$2 oldest=$3
  case $seconds:$most:$oldest in *[!0-9:]* | :* | *:) exit 64 ;; esac
  shift 3
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'for d do for f in "$d"/goroutine-stacks-*.log; do
    if [ -f "$f" ]; then stat -c "%Y %s %n" "$f"; fi; done; done | sort -n | tail -n 1' sh "$@"
  if [ "$code" = late ]; then late; fi
  written=${said%% *}
  case $written in '' | *[!0-9]*) finish 0 ;; esac
  rest=${said#* }
  bytes=${rest%% *} path=${rest#* }
  age=$(($(date +%s) - written))
  if [ "$age" -gt "$oldest" ]; then finish 0; fi
  bounded "$seconds" head -c "$most" "$path"
  if [ "$code" = late ]; then late; fi
  record dump "$path" "$age" "$bytes"
  said=$(printf '%s\n' "$said" | awk '{ gsub(/\\/, "\\134"); gsub(/\t/, "\\011"); print "line\t" $0 }')
  printf '%s\n' "$said"
  records=$((records + $(printf '%s\n' "$said" | awk 'END { print NR }')))
  finish 0
}

main "$@"
