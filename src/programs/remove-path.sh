# remove-path: removes one file, link or empty directory.
#
# Arguments: 1 the absolute path; 2 witness "MODE UID GID INODE DEVICE" as stat prints %f %u %g %i %d; 3 sha256 of a regular file's
#   content, or "-" where the content does not matter; 4 suffix of the backup's name, or "".
# Records: removed | refused WHY, with WHY one of stale, not-empty, mounted, backup, not-permitted.
# Exit: 0 removed; 10 stale; 11 busy (not empty, or a mount point); 12 denied; 13 nothing to make a sha256 with.
# Never: follows a link, removes what lies in a directory.
set -eu

refuse() {
  printf 'refused\t%s\nend\t1\n' "$2"
  exit "$1"
}

is_mount_point() {
  PLACE=$path awk '
    function plain(s) { gsub(/\\040/, " ", s); gsub(/\\011/, "\t", s); gsub(/\\012/, "\n", s); gsub(/\\134/, "\\", s); return s }
    plain($5) == ENVIRON["PLACE"] { found = 1 }
    END { exit !found }' /proc/self/mountinfo
}

is_empty() {
  for entry in "$path"/* "$path"/.[!.]* "$path"/..?*; do
    if [ -e "$entry" ] || [ -h "$entry" ]; then return 1; fi
  done
}

main() {
  [ "$#" -eq 4 ] || exit 64
  path=$1 witness=$2 sum=$3 suffix=$4
  found=$(stat -c '%f %u %g %i %d' -- "$path") || refuse 10 stale
  [ "$found" = "$witness" ] || refuse 10 stale
  if [ "$sum" != - ]; then
    found=$(digest <"$path") || exit 13
    [ "${found%% *}" = "$sum" ] || refuse 10 stale
  fi
  if [ -n "$suffix" ] && [ -f "$path" ] && [ ! -e "$path$suffix" ]; then
    ln -- "$path" "$path$suffix" 2>/dev/null || cp -p -- "$path" "$path$suffix" || refuse 12 backup
  fi
  if [ -d "$path" ] && [ ! -h "$path" ]; then
    is_empty || refuse 11 not-empty
    rmdir -- "$path" || { if is_mount_point; then refuse 11 mounted; else refuse 12 not-permitted; fi; }
  else
    rm -f -- "$path" || { if is_mount_point; then refuse 11 mounted; else refuse 12 not-permitted; fi; }
  fi
  printf 'removed\nend\t1\n'
}

main "$@"
