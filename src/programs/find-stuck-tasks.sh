# find-stuck-tasks: tasks in state D, which no signal ends, with the container that each belongs to.
#
# Begins with bounded.sh. Arguments: 1 seconds that the look may take, apart from the second between its two samples.
# Records: task TID PID COMMAND WAITS-IN CGROUP, for a task that was in state D at both samples | partial, if the look was cut short.
# Exit: 0 looked; 64 bad arguments.
# Never: asks for anything of a task that takes its memory lock (cmdline, maps), as that would wait beside it.
set -eu

sample() {
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'cd /proc && printf "%s\n" [0-9]*/task/[0-9]*/stat | xargs grep -El ") D [0-9]" 2>/dev/null'
  if [ "$code" = late ]; then partial=yes; fi
}

main() {
  [ "$#" -eq 1 ] || exit 64
  seconds=$1 partial=
  sample
  first=$said
  if [ -n "$first" ]; then
    sleep 1
    sample
    for file in $said; do
      case $nl$first$nl in *"$nl$file$nl"*) ;; *) continue ;; esac
      dir=/proc/${file%/stat}
      { read -r line <"$dir/stat"; } 2>/dev/null || continue
      command=${line#*\(}
      waits='' cgroup=''
      { read -r waits <"$dir/wchan"; } 2>/dev/null || :
      { read -r cgroup <"$dir/cgroup"; } 2>/dev/null || :
      record task "${dir##*/}" "${file%%/*}" "${command%)*}" "$waits" "$cgroup"
    done
  fi
  if [ -n "$partial" ]; then record partial; fi
  finish 0
}

main "$@"
