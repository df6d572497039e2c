# undo-state: says what is kept for the restart of a unit, whether one waits to be confirmed, and what the host put back by itself.
#
# Begins with bounded.sh and undo-store.sh. Arguments: 1 the unit.
# Records: boot ID | entry KEY KIND BOOT TICKS EPOCH PATH FIRST-BOOT FIRST-TICKS same|other, as record-undo kept it, and whether the path
#   is so now | armed TOKEN DEADLINE alive|dead
#   | reverting TOKEN DEADLINE alive|dead | covers TOKEN KEY, for an armed or reverting one | note TOKEN EPOCH REASON API
#   | put TOKEN back|failed PATH | rejected KEY TOKEN EPOCH REASON yes|no PATH, of the last revert of that path, and whether it is so again | before TOKEN ID NAME STATUS …, the lines of docker-running.sh for what ran before the restart.
# Exit: 0 looked; 12 the record cannot be read; 64 bad arguments.
# Never: changes anything.
set -eu

watches() {
  for file in "$dir/$1".*; do
    [ -f "$file" ] || continue
    token=${file##*.} life=dead
    if watchdog_lives "$file"; then life=alive; fi
    record "$1" "$token" "$(sed -n 3p "$file")" "$life"
    for key in $(sed 1,3d "$file"); do record covers "$token" "$key"; done
    if [ -r "$dir/before.$token" ]; then
      while IFS= read -r line; do
        [ -n "$line" ] || continue
        printf 'before\t%s\t%s\n' "$token" "$line"
        records=$((records + 1))
      done <"$dir/before.$token"
    fi
  done
}

entries() {
  for file in "$dir"/*.entry; do
    [ -f "$file" ] || continue
    key=${file##*/} key=${key%.entry}
    boot=- ticks=- epoch=-
    if [ -r "$dir/$key.time" ]; then read -r boot ticks epoch <"$dir/$key.time" || :; fi
    first_boot=- first_ticks=-
    if [ -r "$dir/$key.first" ]; then read -r first_boot first_ticks _ <"$dir/$key.first" || :; fi
    # It may be dropped at this moment.
    read_entry "$file" || continue
    if is_as_kept; then now=same; else now=other; fi
    record entry "$key" "$kind" "$boot" "$ticks" "$epoch" "$path" "$first_boot" "$first_ticks" "$now"
  done
}

rejections() {
  for file in "$dir"/rejection.*; do
    [ -f "$file" ] || continue
    read_rejection "$file" || continue
    if is_rejected "${file##*.}"; then now=yes; else now=no; fi
    record rejected "${file##*.}" "$token" "$epoch" "$reason" "$now" "$path"
  done
}

notes() {
  for file in "$dir"/note.*; do
    [ -f "$file" ] || continue
    cat -- "$file"
    records=$((records + $(awk 'END { print NR }' "$file")))
  done
}

main() {
  [ "$#" -eq 1 ] || exit 64
  open_store "$1"
  read -r boot </proc/sys/kernel/random/boot_id || boot=-
  record boot "$boot"
  if [ -e "$dir" ]; then
    [ -r "$dir" ] && [ -x "$dir" ] || finish 12
    entries
    rejections
    watches armed
    watches reverting
    notes
  elif [ ! -x /var/lib ] || { [ -e /var/lib/unbusy ] && [ ! -x /var/lib/unbusy ]; }; then
    finish 12
  fi
  finish 0
}

main "$@"
