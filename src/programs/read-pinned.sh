# read-pinned: prints the tables of mount namespaces that no process lives in, entered through the files that pin them.
#
# Arguments: FILE... each a file of nsfs, from our root directory.
# Records: table N (the Nth argument), then mount LINE for each line of its mountinfo; unreadable N WHY; end COUNT.
# Exit: 0 done; 13 a tool is missing.
#
# Nothing of the namespace itself is ever executed: our own cat is started in it by our own loader, both found through
# the working directory that nsenter opened before it entered, as a name from the root would be looked up in there.
# Started without a loader is only what needs none (a static busybox). Nothing is written.
for tool in nsenter readlink cat sed awk; do
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
for file in "$@"; do
  number=$((number + 1))
  table=$(read_table "$file")
  if [ -n "$table" ]; then
    printf 'table\t%s\n' "$number"
    printf '%s\n' "$table" | sed -e 's/\\/\\134/g' -e 's/^/mount	/'
  else
    printf 'unreadable\t%s\tit is pinned by a file, and could not be entered\n' "$number"
  fi
done | awk '{ print } END { print "end\t" NR }'
