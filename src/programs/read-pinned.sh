# read-pinned: prints the tables of mount namespaces that no process shows whole, entered through a file that keeps them:
# nobody lives there, or all who do live in a chroot.
#
# Arguments: pairs of INODE FILE: the namespace, and a file of nsfs that keeps it, from our root directory.
# Records: table N (the Nth pair), then mount LINE for each line of its mountinfo; unreadable N WHY; end COUNT.
# Exit: 0 done; 13 a tool is missing.
#
# Nothing of the namespace itself is ever executed: our own cat is started in it by our own loader, both found through
# the working directory that nsenter opened before it entered, as a name from the root would be looked up in there.
# Started without a loader is only what needs none (a static busybox). Nothing is written.
for tool in nsenter readlink stat cat sed awk; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 13; }
done
program=$(command -v cat)
case $program in
  /*) program=$(readlink -f "$program") ;;
  *) program=$(readlink -f "/proc/$$/exe") ;; # an applet of the shell itself
esac
case ${program##*/} in cat) applet= ;; *) applet=cat ;; esac
cd / || exit 13

# The table of a namespace, printed by: $1 its file, then the words that start our cat in it.
enter() {
  file=$1
  shift
  nsenter -m"$file" -w/ "$@" proc/self/mountinfo 2>/dev/null
}

read_table() {
  static=1
  for loader in lib64/ld-linux*.so.* lib/ld-linux*.so.* lib64/ld64.so.* lib/ld-musl-*.so.1; do
    [ -e "$loader" ] || continue
    loader=$(readlink -f "$loader")
    "$loader" --verify "$program" >/dev/null 2>&1 </dev/null
    [ $? -eq 1 ] || static=
    enter "$1" ".$loader" --library-path ".${loader%/*}" ".$program" $applet && return
  done
  [ -n "$static" ] && enter "$1" ".$program" $applet
}

number=0
while [ $# -gt 1 ]; do
  number=$((number + 1))
  table=
  why='it is kept by a file, and could not be entered'
  # The way to the file leads through directories of others, who may have changed them.
  if [ "$(stat -L -c %i -- "$2" 2>/dev/null)" = "$1" ]; then
    table=$(read_table "$2")
  else
    why='the file that kept it is another now'
  fi
  if [ -n "$table" ]; then
    printf 'table\t%s\n' "$number"
    printf '%s\n' "$table" | sed -e 's/\\/\\134/g' -e 's/^/mount	/'
  else
    printf 'unreadable\t%s\t%s\n' "$number" "$why"
  fi
  shift 2
done | awk '{ print } END { print "end\t" NR }'
