# find-obstacles: why a dead container that no mount holds may still not be removable.
#
# Begins with bounded.sh. Arguments: 1 seconds for each look; 2 the full container id; from 3 on the directories that Docker will remove.
# Records: task PID STATE COMMAND WAITS-IN, for each task of the container's cgroup | immutable PATH, the first five files that even
#   root may not unlink | missing PATH, for a directory that is not there | partial LOOK, for a look cut short | no-tool LOOK.
# Exit: 0 always when it could look; 64 bad arguments.
# Never: reads a file's content, opens anything but directories and what lsattr(1) asks.
set -eu

main() {
  [ "$#" -ge 2 ] || exit 64
  seconds=$1 id=$2
  shift 2
  case $id in *[!0-9a-f]* | '') exit 64 ;; esac
  # The names of cgroups hold the id, whatever the driver and the version (cgroups(7)).
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'cd /proc && printf "%s\n" [0-9]*/task/[0-9]*/cgroup | xargs grep -l -- "$1" 2>/dev/null' sh "$id"
  if [ "$code" = late ]; then record partial tasks; fi
  for file in $said; do
    case $file in */task/*/cgroup) ;; *) continue ;; esac
    dir=/proc/${file%/cgroup}
    { read -r line <"$dir/stat"; } 2>/dev/null || continue
    command=${line#*\(}
    command=${command%)*}
    state=${line##*) }
    state=${state%% *}
    waits=
    { read -r waits <"$dir/wchan"; } 2>/dev/null || :
    case $state in Z | X) ;; *) record task "${dir##*/}" "$state" "$command" "$waits" ;; esac
  done
  for path do
    bounded "$seconds" test -d "$path"
    if [ "$code" = 1 ]; then
      record missing "$path"
      continue
    fi
    if ! command -v lsattr >/dev/null; then
      record no-tool immutable
      continue
    fi
    # shellcheck disable=SC2016
    bounded "$seconds" sh -c 'lsattr -aR -- "$1" 2>/dev/null | sed -n "s/^[^ ]*[ia][^ ]* //p" | sed 5q' sh "$path"
    if [ "$code" = late ]; then record partial immutable; fi
    IFS=$nl
    set -f
    for file in $said; do case $file in /*) record immutable "$file" ;; esac done
    set +f
    unset IFS
  done
  finish 0
}

main "$@"
