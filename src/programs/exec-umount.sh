# exec-umount: unmounts one mount in the mount namespace of a container with the umount of its own image, by docker exec.
#
# Only for hosts that have no tool of their own (release-mount.sh, exit 13). Begins with bounded.sh, docker-client.sh and namespace-tools.sh.
# Arguments: 1 seconds for each step; 2 full container id; 3 /proc/PID of a task in it; 4 start time of that task; 5 inode of its namespace;
#   6 mount id; 7 parent id; 8 peer group of the parent, or -; 9 major:minor; 10 root; 11 mount point; 12 file system type.
# Records: tool NAME | found TEXT | below POINT | said TEXT | stuck PID.
# Exit: as release-mount.sh; 13 the container has no umount, or there is no docker client.
# Never: forces, detaches lazily, unmounts a mount that carries others.
set -eu

stale() {
  record found "$1"
  finish 10
}

relay() {
  lines=$(printf '%s\n' "$1" | grep -E "^(found|below)$tab") || return 0
  printf '%s\n' "$lines"
  records=$((records + $(printf '%s\n' "$lines" | awk 'END { print NR }')))
}

in_namespace() {
  [ "$(readlink "$task/ns/mnt")" = "mnt:[$inode]" ] || stale 'another namespace'
  { read -r line <"$task/stat"; } 2>/dev/null || stale 'the process is gone'
  # shellcheck disable=SC2086
  set -- ${line##*) }
  [ "${20}" = "$start" ] || stale 'another process has its number'
}

compare_table() {
  [ "$(readlink "$task/root")" = / ] || finish 13
  verdict=0
  # shellcheck disable=SC2154
  lines=$(ID=$id PARENT=$parent GROUP=$group DEVICE=$device ROOT=$root POINT=$point TYPE=$type awk "$compare" "$task/mountinfo") ||
    verdict=$?
  relay "$lines"
  case $verdict in 0) return 0 ;; 10 | 11) finish "$verdict" ;; *) finish 20 ;; esac
}

main() {
  [ "$#" -eq 12 ] || exit 64
  seconds=$1 container=$2 task=$3 start=$4 inode=$5 id=$6 parent=$7 group=$8 device=$9
  shift 9
  root=$1 point=$2 type=$3
  case $point in /?*) ;; *) exit 64 ;; esac
  find_daemon
  if [ -z "$client" ] || [ -z "$socket" ]; then finish 13; fi
  in_namespace
  compare_table
  record tool "umount of the container"
  ask "$seconds" exec "$container" umount "$point"
  if [ "$code" = late ]; then
    if [ -n "$stuck" ]; then record stuck "$stuck"; fi
    finish 14
  fi
  answer=$said status=$code
  in_namespace
  # shellcheck disable=SC2016
  if ID=$id awk '$1 == ENVIRON["ID"] { found = 1 } END { exit found }' "$task/mountinfo"; then finish 0; fi
  record said "$answer"
  # 126 and 127 are of docker exec: there is no umount.
  case $status in 126 | 127) finish 13 ;; esac
  finish 12
}

main "$@"
