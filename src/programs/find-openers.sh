# find-openers: which processes keep a mount busy: open files, working and root directories, programs and mapped files.
#
# Begins with bounded.sh. Arguments: 1 seconds for each of the three looks; 2 inode of the mount namespace; 3 mount point in it;
#   4 major:minor; from 5 on the ids of the mount and of its copies in other namespaces.
# Records: opener PID COMMAND STATE HOW WHAT, with HOW one of cwd, root, exe, fd, map, and WHAT the link's text (of fd: its number)
#   | partial LOOK, for a look that did not end in time, or at open files on a kernel that does not tell their mount | more COUNT, openers beyond the first 40.
# Exit: 0 looked (also if nothing was found, or a look was cut short); 64 bad arguments.
# Never: follows a link into the mount, so that a dead file system cannot hang it; kernels before 3.15 do not tell fd by mount.
set -eu

# Mount ids stand in fdinfo since Linux 3.15. Read as text for all processes: a file may have been passed on to any of them.
# shellcheck disable=SC2016
by_fdinfo='
  cd /proc && printf "%s\n" [0-9]*/fdinfo/* | xargs grep -H "^mnt_id:" 2>/dev/null | awk -v ids="$1" -F "[/:\t]+" '"'"'
    BEGIN { n = split(ids, list, " "); for (i = 1; i <= n; i++) wanted[list[i]] = 1 }
    ($5 in wanted) && !(($1, $3) in seen) { seen[$1, $3] = 1; print "fd\t" $1 "\t" $3 }
    END { if (NR == 0) print "blind" }'"'"

# Links of the tasks of that namespace, read but not followed.
# shellcheck disable=SC2016
by_links='
  cd /proc
  for dir in $1; do printf "%s\n" "$dir/cwd" "$dir/root" "$dir/exe"; done | xargs stat -c %N 2>/dev/null |
    POINT=$2 awk '"'"'
      { at = index($0, " -> "); if (at == 0) next; left = substr($0, 1, at - 1); right = substr($0, at + 4)
        gsub(/[^0-9a-z\/]/, "", left); split(left, part, "/")
        if (right !~ /^\//) right = substr(right, 2, length(right) - 2)
        point = ENVIRON["POINT"]; gsub(/\n/, "?", point)
        if (right == point || index(right, point "/") == 1) print part[2] "\t" part[1] "\t" right }'"'"

# shellcheck disable=SC2016
by_maps='
  cd /proc
  for dir in $1; do printf "%s\n" "$dir/maps"; done | xargs awk -v want="$2" '"'"'
    function hex(s,  i, v) { for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v + 0 }
    { split($4, d, ":"); if ($5 != 0 && hex(d[1]) ":" hex(d[2]) == want && !(FILENAME in seen)) {
        seen[FILENAME] = 1; pid = FILENAME; sub(/\/.*/, "", pid); print "map\t" pid "\t" $6 } }'"'"' 2>/dev/null || :'

# Prints the openers of one look, and says if it was cut short.
look() {
  name=$1
  shift
  bounded "$seconds" sh -c "$@"
  if [ "$code" = late ] || [ "$said" = blind ]; then partial="$partial $name"; fi
  openers=$openers$nl$said
}

# pid, command and state from stat, read as text.
describe() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  command=${line#*\(}
  command=${command%)*}
  state=${line##*) }
  state=${state%% *}
}

main() {
  [ "$#" -ge 5 ] || exit 64
  seconds=$1 inode=$2 point=$3 device=$4
  shift 4
  openers='' partial='' shown=0 more=0
  tasks=$(cd /proc && printf '%s/ns/mnt\n' [0-9]* | xargs stat -L -c '%i %n' 2>/dev/null |
    awk -v inode="$inode" '$1 == inode { sub(/\/.*/, "", $2); print $2 }') || :
  tasks=$(printf '%s ' $tasks)
  look fd "$by_fdinfo" sh "$*"
  look links "$by_links" sh "$tasks" "$point"
  look maps "$by_maps" sh "$tasks" "$device"
  IFS=$nl
  set -f
  for opener in $openers; do
    how=${opener%%"$tab"*} opener=${opener#*"$tab"}
    pid=${opener%%"$tab"*} what=${opener#*"$tab"}
    case $how/$pid in cwd/[0-9]* | root/[0-9]* | exe/[0-9]* | fd/[0-9]* | map/[0-9]*) ;; *) continue ;; esac
    describe "$pid" || continue
    shown=$((shown + 1))
    if [ "$shown" -gt 40 ]; then more=$((more + 1)) && continue; fi
    record opener "$pid" "$command" "$state" "$how" "$what"
  done
  unset IFS
  for look in $partial; do record partial "$look"; done
  if [ "$more" -gt 0 ]; then record more "$more"; fi
  finish 0
}

main "$@"
