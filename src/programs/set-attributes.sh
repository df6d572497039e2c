# set-attributes: gives a file or a directory another mode, owner or group.
#
# Arguments: 1 the absolute path; 2 follow (1: change what a symbolic link leads to); 3 witness "MODE UID GID INODE DEVICE" as stat prints
#   %f %u %g %i %d; 4 mode, octal, or ""; 5 owner or ""; 6 group or "".
# Records: set | refused WHY, with WHY one of stale, owner, mode.
# Exit: 0 set; 10 stale; 12 denied.
# Never: follows a link that it was not told to follow; changes what lies in a directory.
set -eu

refuse() {
  printf 'refused\t%s\nend\t1\n' "$2"
  exit "$1"
}

main() {
  [ "$#" -eq 6 ] || exit 64
  path=$1 follow=$2 witness=$3 mode=$4 owner=$5 group=$6
  if [ "$follow" = 1 ]; then
    found=$(stat -L -c '%f %u %g %i %d' -- "$path") || refuse 10 stale
  else
    [ ! -h "$path" ] || refuse 10 stale
    found=$(stat -c '%f %u %g %i %d' -- "$path") || refuse 10 stale
  fi
  [ "$found" = "$witness" ] || refuse 10 stale
  # Owner first: chown takes setuid and setgid away.
  case $owner:$group in
    :) ;;
    *:) chown -- "$owner" "$path" || refuse 12 owner ;;
    *) chown -- "$owner:$group" "$path" || refuse 12 owner ;;
  esac
  [ -z "$mode" ] || chmod -- "$mode" "$path" || refuse 12 mode
  printf 'set\nend\t1\n'
}

main "$@"
