# remove-container: asks the Docker daemon once to remove a container that is dead or that it already began to remove.
#
# Begins with bounded.sh and docker-client.sh. Arguments: 1 the full container id; 2 seconds that the removal may take.
# Records: found TEXT | said TEXT (what the daemon answered, for people) | stuck PID.
# Exit: 0 the daemon does not know the container any more; 10 stale: it is not dead, or runs, nothing was done; 12 the daemon said no
#   and still has it; 14 the daemon did not answer in time; 13 no docker client or no socket.
# Never: forces (docker rm -f would kill a container that came to life), removes volumes, asks twice.
set -eu

# One question; leaves if it is not answered.
inquire() {
  ask "$limit" "$@"
  if [ "$code" = late ]; then
    if [ -n "$stuck" ]; then record stuck "$stuck"; fi
    finish 14
  fi
}

# Sets $state to "DEAD RUNNING STATUS", or to "gone" if the daemon answers, but not with this container.
inspect() {
  inquire inspect --type container --format '{{.ID}} {{.State.Dead}} {{.State.Running}} {{.State.Status}}' "$id"
  state=${said#*"$id "}
  if [ "$code" = 0 ]; then return 0; fi
  why=$said
  inquire ps -a -q --no-trunc
  if [ "$code" != 0 ]; then
    record said "$why"
    finish 12
  fi
  case $nl$said$nl in
    *"$nl$id$nl"*)
      record said "$why"
      finish 12
      ;;
  esac
  state=gone
}

main() {
  [ "$#" -eq 2 ] || exit 64
  id=$1 limit=$2
  case $id in *[!0-9a-f]*) exit 64 ;; esac
  [ "${#id}" -eq 64 ] || exit 64
  find_daemon
  if [ -z "$client" ] || [ -z "$socket" ]; then finish 13; fi
  inspect
  case $state in
    gone) finish 0 ;;
    'true false '* | 'false false removing') ;;
    *)
      record found "$state"
      finish 10
      ;;
  esac
  inquire rm "$id"
  said_rm=$said
  inspect
  if [ "$state" = gone ]; then finish 0; fi
  record said "$said_rm"
  finish 12
}

main "$@"
