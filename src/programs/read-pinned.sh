# read-pinned: prints the tables of mount namespaces that no process lives in, entered through the files that pin them.
#
# Arguments: FILE... each a file of nsfs, from our root directory.
# Records: table N (the Nth argument), then mount LINE for each line of its mountinfo; unreadable N WHY; end COUNT.
# Exit: 0 done; 13 a tool is missing.
#
# Nothing of the namespace itself is ever executed: our own cat is started in it by our own loader, both found through
# the working directory that nsenter opened before it entered, as a name from the root would be looked up in there.
# Nothing is written.
for tool in nsenter readlink cat sed awk; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 13; }
done
cat=$(readlink -f "$(command -v cat)")
cd / || exit 13
number=0
for file in "$@"; do
  number=$((number + 1))
  table=
  for loader in lib64/ld-linux*.so.* lib/ld-linux*.so.* lib64/ld64.so.* lib/ld-musl-*.so.1; do
    [ -e "$loader" ] || continue
    loader=$(readlink -f "$loader")
    table=$(nsenter -m"$file" -w/ ".$loader" --library-path ".${loader%/*}" ".$cat" proc/self/mountinfo 2>/dev/null)
    [ -z "$table" ] || break
  done
  if [ -z "$table" ] && [ "${cat##*/}" = busybox ]; then
    table=$(nsenter -m"$file" -w/ ".$cat" cat proc/self/mountinfo 2>/dev/null)
  fi
  if [ -n "$table" ]; then
    printf 'table\t%s\n' "$number"
    printf '%s\n' "$table" | sed -e 's/\\/\\134/g' -e 's/^/mount	/'
  else
    printf 'unreadable\t%s\tit is pinned by a file, and could not be entered\n' "$number"
  fi
done | awk '{ print } END { print "end\t" NR }'
