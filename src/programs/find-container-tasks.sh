# find-container-tasks: tasks that still belong to a container's cgroup.
#
# Begins with bounded.sh. Arguments: 1 seconds that the look may take; from 2 on full container ids.
# Records: task ID TID STATE COMMAND WAITS-IN | partial, if the look was cut short or a tool is missing.
# Exit: 0 looked; 64 bad arguments.
# Never: takes a zombie for a task that lives; opens anything but cgroup, stat and wchan below /proc.
set -eu

main() {
  [ "$#" -ge 2 ] || exit 64
  seconds=$1
  shift
  pattern=''
  for id do
    case $id in *[!0-9a-f]* | '') exit 64 ;; esac
    pattern=${pattern:+$pattern|}$id
  done
  # The names of cgroups hold the id, whatever the driver and the version (cgroups(7)).
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'cd /proc && printf "%s\n" [0-9]*/task/[0-9]*/cgroup | xargs grep -HoE -- "$1" 2>/dev/null' sh "$pattern"
  # xargs answers 123 for a grep that found nothing, or for a process that ended meanwhile.
  case $code in 0 | 1 | 123) ;; *) record partial ;; esac
  seen=''
  for found in $said; do
    case $found in [0-9]*/task/[0-9]*/cgroup:*) ;; *) continue ;; esac
    case $seen in *" $found "*) continue ;; esac
    seen="$seen $found "
    dir=/proc/${found%/cgroup:*}
    { read -r line <"$dir/stat"; } 2>/dev/null || continue
    command=${line#*\(}
    command=${command%)*}
    state=${line##*) }
    state=${state%% *}
    waits=''
    { read -r waits <"$dir/wchan"; } 2>/dev/null || :
    case $state in Z | X) ;; *) record task "${found##*:}" "${dir##*/}" "$state" "$command" "$waits" ;; esac
  done
  finish 0
}

main "$@"
