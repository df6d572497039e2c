# stat-paths: says what is at several paths at once, for two processes in all at most: one stat, one sha256sum.
#
# Arguments: 1 follow (1: look at what symbolic links lead to; 0: at the links); then pairs: what (0: no content; 1: a regular file's
#   sha256 too; =TEXT: the same, unless the file is TEXT, which costs no process; TEXT is short, and ASCII), absolute path. Names with
#   a newline or a backslash are for stat-path.
# Records: for each hash, in order, the line of sha256sum as it is; then, for each look, hash and same, in order, path MODE UID GID
#   INODE DEVICE LINKS SIZE MTIME; then, for each pair, in order, one of absent | look | hash | same | odd (ask stat-path about this one).
# Exit: 0 looked. What goes away meanwhile makes the count of the last record wrong, so that nothing is believed.
# Never: writes, opens anything but a regular file.
set -eu
tab='	'
newline='
'

# The class of path $2, of which $1 is asked; whether it is the same is for later.
classify() {
  if [ -h "$2" ] && [ "$follow" = 0 ]; then
    class=look
  elif [ -e "$2" ]; then
    class=look
    if [ "$1" != 0 ] && [ -f "$2" ]; then
      class="hash"
      [ -r "$2" ] || class=odd
    fi
  else
    class=odd
    up=${2%/*}
    if [ ! -h "$2" ] && [ -d "${up:-/}" ] && [ -x "${up:-/}" ]; then class=absent; fi
  fi
}

# Triples: class, what, path.
looks() {
  left=$#
  while [ "$left" -gt 0 ]; do
    case $1 in look | hash) set -- "$@" "$3" ;; esac
    shift 3
    left=$((left - 3))
  done
  looked=$#
  [ "$#" -gt 0 ] || return 0
  if [ "$follow" = 1 ]; then link=-L; else link=; fi
  inodes=$(stat ${link:+"$link"} -c "path$tab%f$tab%u$tab%g$tab%i$tab%d$tab%h$tab%s$tab%Y" -- "$@") || :
  inodes=${inodes:+$inodes$newline}
}

# is_text PATH TEXT SIZE: true if the file is the text. Not read unless it was as long when stat saw it, since a shell reads byte by
# byte; and a byte that a shell leaves out, as some do with NUL, makes what is read shorter than the file.
is_text() {
  [ "$3" = "${#2}" ] || return 1
  text='' line=''
  while IFS= read -r line; do text=$text$line$newline; done <"$1" || return 1
  [ "$text$line" = "$2" ]
}

# Triples as above, and the inodes: the paths whose sum is wanted, and the class of each.
sums() {
  left=$# rest=$inodes
  while [ "$left" -gt 0 ]; do
    class=$1
    case $compare$1 in
      yeslook | yeshash)
        inode=${rest%%"$newline"*} rest=${rest#*"$newline"}
        inode=${inode%"$tab"*}
        case $1$2 in
          hash=*) if is_text "$3" "${2#=}" "${inode##*"$tab"}"; then class=same; fi ;;
        esac
        ;;
    esac
    classes=$classes$class$newline
    [ "$class" != hash ] || set -- "$@" "$3"
    shift 3
    left=$((left - 3))
  done
  hashed=$#
  [ "$#" -eq 0 ] || found=$(sha256sum -- "$@") || :
  found=${found:+$found$newline}
}

main() {
  [ "$#" -ge 3 ] && [ $(($# % 2)) -eq 1 ] || exit 64
  follow=$1
  shift
  asked=$(($# / 2)) left=$(($# / 2)) compare=no
  while [ "$left" -gt 0 ]; do
    classify "$1" "$2"
    case $1 in =*) compare=yes ;; esac
    set -- "$@" "$class" "$1" "$2"
    shift 2
    left=$((left - 1))
  done
  looked=0 hashed=0 inodes='' classes='' found=''
  looks "$@"
  sums "$@"
  # In one write: each becomes a packet of its own.
  printf '%s%s%send\t%s\n' "$found" "$inodes" "$classes" "$((asked + hashed + looked))"
}

main "$@"
