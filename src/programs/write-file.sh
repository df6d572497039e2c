# write-file: puts new content into a regular file by way of a temporary file in the same directory and one rename.
#
# Begins with digest.sh and read-only.sh. Arguments: 1 the absolute path; 2 follow (1: write what a symbolic link leads to); 3 witness: "absent", or
#   "MODE UID GID INODE DEVICE" as stat prints %f %u %g %i %d; 4 sha256 of the old content, or "-"; 5 new mode, octal; 6 owner or "";
#   7 group or ""; 8 suffix of the backup's name, or ""; 9 a random word for the temporary file's name; 10 size of the new content in
#   bytes; 11 its sha256; from 12 on the content, as operands of printf %b.
# Records: written | refused WHY, with WHY one of stale, no-parent, read-only, immutable, not-permitted, owner, no-space, incomplete,
#   mounted, backup.
# Exit: 0 written; 10 stale; 11 busy (the path is a mount point); 12 denied; 13 no sha256 or readlink;
#   20 no parent directory; 21 no space left; 22 the content did not arrive whole.
# Never: touches the old file before the new one is whole; leaves its temporary file, unless it is killed by SIGKILL.
set -eu

refuse() {
  printf 'refused\t%s\nend\t1\n' "$2"
  exit "$1"
}

# The path must still be what the plan was made on.
check_witness() {
  if [ -e "$path" ] || [ -h "$path" ]; then
    found=$(stat -c '%f %u %g %i %d' -- "$path") || refuse 10 stale
  else
    found=absent
  fi
  [ "$found" = "$witness" ] || refuse 10 stale
  [ "$old_sum" != - ] || return 0
  found=$(digest <"$path") || refuse 10 stale
  [ "${found%% *}" = "$old_sum" ] || refuse 10 stale
}

is_immutable() {
  flags=$(lsattr -d -- "$1" 2>/dev/null) || return 1
  case ${flags%% *} in *i* | *a*) return 0 ;; *) return 1 ;; esac
}

is_mount_point() {
  PLACE=$path awk '
    function plain(s) { gsub(/\\040/, " ", s); gsub(/\\011/, "\t", s); gsub(/\\012/, "\n", s); gsub(/\\134/, "\\", s); return s }
    plain($5) == ENVIRON["PLACE"] { found = 1 }
    END { exit !found }' /proc/self/mountinfo
}

# Full: less room than the content needs, or no inode; asked only after a write has failed, with the temporary file gone.
is_full() {
  rm -f -- "$temp"
  df -Pk -- "$dir" 2>/dev/null | awk -v need="$1" '
    { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+%$/) room = $(i - 1) } END { exit !(room != "" && room * 1024 <= need) }' && return 0
  df -Pi -- "$dir" 2>/dev/null | awk '
    { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+%$/) room = $(i - 1) } END { exit !(room == "0") }'
}

# A step in the directory, or on the file itself, was refused: says why and leaves.
denied() {
  if is_read_only "$(cd -P -- "$dir" && pwd -P)"; then refuse 12 read-only; fi
  if is_immutable "$dir" || is_immutable "$path"; then refuse 12 immutable; fi
  refuse 12 not-permitted
}

# Everything that the new file takes over from the old one or from the playbook, before anyone can see it.
dress() {
  if [ -f "$path" ] && command -v getfacl >/dev/null 2>&1 && command -v setfacl >/dev/null 2>&1; then
    getfacl -cp -- "$path" 2>/dev/null | setfacl --set-file=- -- "$temp" 2>/dev/null || :
  fi
  case $owner:$group in
    :) ;;
    *:) chown -- "$owner" "$temp" || refuse 12 owner ;;
    *) chown -- "$owner:$group" "$temp" || refuse 12 owner ;;
  esac
  chmod -- "$mode" "$temp" || denied
  if [ -e /sys/fs/selinux/enforce ] && [ -f "$path" ]; then chcon --reference="$path" -- "$temp" || :; fi
  # Of this file alone; sync(1) of older coreutils would wait for every file system, also for one that hangs.
  dd if=/dev/null of="$temp" conv=notrunc,fsync 2>/dev/null || :
}

keep_backup() {
  if [ -z "$suffix" ] || [ ! -f "$path" ] || [ -e "$path$suffix" ]; then return 0; fi
  ln -- "$path" "$path$suffix" 2>/dev/null || cp -p -- "$path" "$path$suffix" || refuse 12 backup
}

main() {
  [ "$#" -ge 11 ] || exit 64
  path=$1 follow=$2 witness=$3 old_sum=$4 mode=$5 owner=$6 group=$7 suffix=$8 token=$9
  shift 9
  size=$1 sum=$2
  shift 2
  if [ "$follow" = 1 ] && [ -h "$path" ]; then
    path=$(readlink -f -- "$path" && echo x) || exit 13
    path=${path%?x}
  fi
  dir=${path%/*}
  [ -n "$dir" ] || dir=/
  temp=$dir/.unbusy-$token
  [ -d "$dir" ] || refuse 20 no-parent
  check_witness
  [ -w "$dir" ] || denied

  umask 077
  trap 'rm -f -- "$temp"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  set -C
  { printf '' >"$temp"; } 2>/dev/null || { if is_full 0; then refuse 21 no-space; else denied; fi; }
  set +C
  for chunk do printf '%b' "$chunk" || break; done >>"$temp" 2>/dev/null || :
  found=$(digest <"$temp") || exit 13
  [ "${found%% *}" = "$sum" ] || { if is_full "$size"; then refuse 21 no-space; else refuse 22 incomplete; fi; }
  dress
  keep_backup
  check_witness
  mv -f -- "$temp" "$path" || { if is_mount_point; then refuse 11 mounted; else denied; fi; }
  trap - EXIT
  if [ -e /sys/fs/selinux/enforce ] && [ "$witness" = absent ]; then restorecon -- "$path" || :; fi
  printf 'written\nend\t1\n'
}

main "$@"
