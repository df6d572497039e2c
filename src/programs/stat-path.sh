# stat-path: says what is at a path, and what a regular file holds, by its sha256.
#
# Arguments: 1 the absolute path; 2 follow (1: look at what a symbolic link leads to; 0: at the link);
#   3 hash (1: read a regular file and print its sha256); 4 names (1: print names of owner and group too).
# Records, one of: absent | dangling | path MODE UID GID INODE DEVICE LINKS SIZE MTIME [OWNER GROUP], where MODE is st_mode in hex;
#   before path, for a regular file: sha256 "HEX  -".
# Exit: 0 looked; 12 a directory above may not be searched, or the file may not be read; 13 nothing to make a sha256 with;
#   20 the file could not be read to its end; 1 and 127 are those of stat: the path went away, or there is no stat.
# Never: writes, opens anything but a regular file.
set -eu

# Nothing is seen at the path: that means absent only if the nearest directory above could be searched.
say_absent() {
  up=$1
  while :; do
    up=${up%/*}
    [ -n "$up" ] || up=/
    if [ "$up" = / ] || [ -e "$up" ] || [ -h "$up" ]; then break; fi
  done
  if [ -d "$up" ] && [ ! -x "$up" ]; then exit 12; fi
  printf 'absent\nend\t1\n'
  exit 0
}

# In the place of this program, for a process less; hence the last record stands in stat's own format.
say_path() {
  if [ "$follow" = 0 ]; then set -- "$1"; else set -- "$1" -L; fi
  exec stat ${2:+"$2"} -c "$format$nl""end$tab$1" -- "$path"
}

main() {
  [ "$#" -eq 4 ] || exit 64
  path=$1 follow=$2 hash=$3 names=$4
  # stat -c knows no escapes: tab and newline have to stand in the format itself.
  tab='	'
  nl='
'
  format="path$tab%f$tab%u$tab%g$tab%i$tab%d$tab%h$tab%s$tab%Y"
  [ "$names" = 0 ] || format="$format$tab%U$tab%G"

  if [ -h "$path" ] && [ "$follow" = 0 ]; then say_path 1; fi
  if [ ! -e "$path" ]; then
    [ -h "$path" ] || say_absent "$path"
    printf 'dangling\nend\t1\n'
    exit 0
  fi
  if [ "$hash" = 0 ] || [ ! -f "$path" ]; then say_path 1; fi
  [ -r "$path" ] || exit 12
  printf 'sha256\t'
  code=0
  digest <"$path" || code=$?
  case $code in
    0) say_path 2 ;;
    127) exit 13 ;;
    *) exit 20 ;;
  esac
}

main "$@"
