# signal-dockerd: has one dockerd write its goroutines into a file (SIGUSR1), and waits for that file.
#
# Begins with bounded.sh. Arguments: 1 seconds to wait; 2 pid; 3 its start time (field 22 of stat); 4 the program it must be (the link
#   exe, which is compared as text); from 5 on directories where the file may appear.
# Records: found TEXT | dump PATH of the new file.
# Exit: 0 a new file is there, and grows no more; 10 that pid is no such process any more, nothing was done; 11 it is stopped or traced
#   and would not act upon a signal, nothing was done; 14 no file came in time; 64 bad arguments.
# Never: sends another signal, signals what is not a dockerd, or a dockerd that has another start time than was seen.
set -eu

files() {
  # shellcheck disable=SC2016
  bounded 5 sh -c 'for d do for f in "$d"/goroutine-stacks-*.log; do if [ -f "$f" ]; then stat -c "%s %n" "$f"; fi; done; done' sh "$@"
}

check_witness() {
  line=''
  { read -r line <"/proc/$pid/stat"; } 2>/dev/null || :
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || exe=''
  state=${line##*) } state=${state%% *}
  # shellcheck disable=SC2086
  began=$(set -- ${line##*) } && echo "${20:-}")
  if [ "$began" != "$start" ] || [ "$exe" != "$program" ]; then
    record found "${exe:-no process} with pid $pid"
    finish 10
  fi
  case ${exe##*/} in dockerd* | docker | docker-current) ;; *) exit 64 ;; esac
  case $state in [TtZ]) record found "pid $pid is in state $state" && finish 11 ;; esac
}

main() {
  [ "$#" -ge 5 ] || exit 64
  seconds=$1 pid=$2 start=$3 program=$4
  case $seconds:$pid:$start in *[!0-9:]* | :* | *: | *::*) exit 64 ;; esac
  shift 4
  files "$@"
  before=$said seen=''
  check_witness
  kill -USR1 "$pid"
  for _ in $(awk -v n="$seconds" 'BEGIN { for (i = 0; i < n * 2; i++) print i }'); do
    sleep 0.5 2>/dev/null || sleep 1
    files "$@"
    new=$(printf '%s\n' "$said" | BEFORE=$before awk '
      BEGIN { n = split(ENVIRON["BEFORE"], old, "\n"); for (i = 1; i <= n; i++) known[old[i]] = 1 }
      !($0 in known) { print }')
    if [ -n "$new" ] && [ "$new" = "$seen" ]; then
      record dump "${new#* }"
      finish 0
    fi
    seen=$new
  done
  finish 14
}

main "$@"
