# make-directory: makes one directory where nothing is.
#
# Arguments: 1 the absolute path; 2 mode, octal; 3 owner or ""; 4 group or "".
# Records: made | refused WHY, with WHY one of stale, no-parent, not-permitted, owner.
# Exit: 0 made; 10 something is there already; 12 denied; 20 no parent directory.
# Never: makes a directory above; leaves one behind that has not the wanted owner.
set -eu

refuse() {
  printf 'refused\t%s\nend\t1\n' "$2"
  exit "$1"
}

main() {
  [ "$#" -eq 4 ] || exit 64
  path=$1 mode=$2 owner=$3 group=$4
  if [ -e "$path" ] || [ -h "$path" ]; then refuse 10 stale; fi
  parent=${path%/*}
  [ -d "${parent:-/}" ] || refuse 20 no-parent
  umask 077
  mkdir -- "$path" || refuse 12 not-permitted
  spec=$owner
  [ -z "$group" ] || spec=$owner:$group
  if [ -n "$spec" ] && ! chown -- "$spec" "$path"; then
    rmdir -- "$path" || :
    refuse 12 owner
  fi
  chmod -- "$mode" "$path" || { rmdir -- "$path" || :; refuse 12 not-permitted; }
  if [ -e /sys/fs/selinux/enforce ]; then restorecon -- "$path" || :; fi
  printf 'made\nend\t1\n'
}

main "$@"
