# stat-paths: says what is at several paths at once, for two processes in all: one stat, one sha256sum.
#
# Arguments: 1 follow (1: look at what symbolic links lead to; 0: at the links); then pairs: hash (1: a regular file's sha256 too;
#   0: not), absolute path. Names with a newline or a backslash are for stat-path.
# Records: for each hash, in order, the line of sha256sum as it is; then, for each look and hash, in order, path MODE UID GID INODE
#   DEVICE LINKS SIZE MTIME; then, for each pair, in order, one of absent | look | hash | odd (ask stat-path about this one).
# Exit: 0 looked. What goes away meanwhile makes the count of the last record wrong, so that nothing is believed.
# Never: writes, opens anything but a regular file.
set -eu
newline='
'

classify() {
  if [ -h "$2" ] && [ "$follow" = 0 ]; then
    class=look
  elif [ -e "$2" ]; then
    class=look
    if [ "$1" = 1 ] && [ -f "$2" ]; then
      class="hash"
      [ -r "$2" ] || class=odd
    fi
  else
    class=odd
    up=${2%/*}
    if [ ! -h "$2" ] && [ -d "${up:-/}" ] && [ -x "${up:-/}" ]; then class=absent; fi
  fi
}

# The paths of the pairs whose first word is $1; each function call has positional parameters of its own.
sums() {
  left=$#
  while [ "$left" -gt 0 ]; do
    [ "$1" != hash ] || set -- "$@" "$2"
    shift 2
    left=$((left - 2))
  done
  [ "$#" -eq 0 ] || found=$(sha256sum -- "$@") || :
  found=${found:+$found$newline}
  hashed=$#
}

looks() {
  left=$#
  while [ "$left" -gt 0 ]; do
    set -- "$@" "$2"
    shift 2
    left=$((left - 2))
  done
  looked=$#
  [ "$#" -gt 0 ] || return 0
  tab='	'
  if [ "$follow" = 1 ]; then link=-L; else link=; fi
  inodes=$(stat ${link:+"$link"} -c "path$tab%f$tab%u$tab%g$tab%i$tab%d$tab%h$tab%s$tab%Y" -- "$@") || :
  found=$found${inodes:+$inodes$newline}
}

main() {
  [ "$#" -ge 3 ] && [ $(($# % 2)) -eq 1 ] || exit 64
  follow=$1
  shift
  asked=$(($# / 2)) left=$(($# / 2)) classes=
  while [ "$left" -gt 0 ]; do
    classify "$1" "$2"
    classes="$classes$class$newline"
    case $class in look | hash) set -- "$@" "$class" "$2" ;; esac
    shift 2
    left=$((left - 1))
  done
  hashed=0 looked=0 found=
  sums "$@"
  looks "$@"
  # In one write: each becomes a packet of its own.
  printf '%s%send\t%s\n' "$found" "$classes" "$((asked + hashed + looked))"
}

main "$@"
