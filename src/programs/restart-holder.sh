# restart-holder: restarts one container or one systemd unit, so that what its mount namespace held is let go.
#
# Begins with bounded.sh and docker-client.sh. Arguments: 1 container or unit; 2 full container id, or the unit's name; 3 pid of a task of it; 4 that task's
#   start time (field 22 of stat); 5 inode of its mount namespace; 6 seconds that the restart may take.
# Records: found TEXT | said TEXT | stuck PID | down TEXT, the states in which systemd has a unit that does not run afterwards.
# Exit: 0 restarted, and the old task is gone; 10 stale, nothing was done; 12 the restart was refused or failed; 13 no docker or
#   systemctl; 14 not in time: it may still go on; 20 the unit was stopped, and does not run.
# Never: stops anything without starting it again, reloads units, restarts what the task does not belong to.
set -eu

stale() {
  record found "$1"
  finish 10
}

# True while the task lives with the start time that was looked at.
lives() {
  { read -r line <"/proc/$pid/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${line##*) }
  [ "${20}" = "$start" ]
}

# A unit of the host has nothing but slices above it; deeper down, the name is that of somebody else's unit.
belongs() {
  while IFS=: read -r _ _ path; do
    case $kind:/$path/ in
      container:*/"$name"/* | container:*/docker-"$name".scope/*) return 0 ;;
    esac
    path=${path#/}/
    while [ "$kind" = unit ]; do
      case ${path%%/*} in
        "$name") return 0 ;;
        *.slice) path=${path#*/} ;;
        *) break ;;
      esac
    done
  done <"/proc/$pid/cgroup"
  return 1
}

# One property of the unit.
property() {
  bounded 10 systemctl show -p "$1" -- "$name"
  [ "$code" = 0 ] || said=
  said=${said%%"$nl"*}
  said=${said#*=}
}

# Leaves if the unit does not run, or ends within a second: a start is reported done before the program has read its settings.
stays_up() {
  complaint=$said refused=$code
  for pause in 1 0; do
    property ActiveState
    case $said in
      active | reloading) ;;
      # systemd does not say: the next look at the host tells.
      '') break ;;
      *)
        state=$said
        property SubState
        state="$state ($said)"
        property Result
        record down "$state, result $said"
        record said "$complaint"
        finish 20
        ;;
    esac
    if [ "$refused" != 0 ]; then break; fi
    sleep "$pause"
  done
  said=$complaint code=$refused
}

main() {
  [ "$#" -eq 6 ] || exit 64
  kind=$1 name=$2 pid=$3 start=$4 namespace=$5 limit=$6
  case $kind:$name in
    container:*[!0-9a-f]* | *:-* | *:) exit 64 ;;
    container:* | unit:*.service) ;;
    *) exit 64 ;;
  esac
  lives || stale 'the process is gone, or another one has its number'
  [ "$(readlink "/proc/$pid/ns/mnt")" = "mnt:[$namespace]" ] || stale 'the process is in another namespace'
  belongs || stale "the process does not belong to $name"
  case $kind in
    container)
      find_daemon
      if [ -z "$client" ] || [ -z "$socket" ]; then finish 13; fi
      ask "$limit" restart "$name"
      ;;
    unit)
      command -v systemctl >/dev/null || finish 13
      bounded "$limit" systemctl restart -- "$name"
      [ "$code" = late ] || stays_up
      ;;
  esac
  if [ "$code" = late ]; then
    if [ -n "$stuck" ]; then record stuck "$stuck"; fi
    finish 14
  fi
  if [ "$code" != 0 ]; then
    record said "$said"
    finish 12
  fi
  if lives; then
    record said 'the restart was reported done, but the old process still lives'
    finish 12
  fi
  finish 0
}

main "$@"
