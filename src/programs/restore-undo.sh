# restore-undo: puts back what record-undo kept of paths that are again as the host has rejected them before, without a restart.
#
# Begins with bounded.sh and undo-store.sh. Arguments: 1 the unit; 2 a random token; 3 its main pid, 4 the start of that in clock ticks;
#   from 5 on the keys of the entries.
# Records: found TEXT | said TEXT | restored PATH.
# Exit: 0 put back, and systemd has read its units again; 10 stale: nothing was changed; 12 a path could not be put back, or systemd did not
#   read its units; 64 bad arguments.
# Never: touches a path that is something else by now; restarts anything; drops what tells a rejected change again.
set -eu

stale() {
  record found "$1"
  finish 10
}

check_witness() {
  for file in "$dir"/armed.* "$dir"/reverting.*; do
    if [ -e "$file" ]; then stale 'a restart waits to be confirmed'; fi
  done
  # Only a unit that has met nothing but what was kept needs no restart for it.
  if [ "$(process_start "$pid")" != "$start" ]; then stale "process $pid is another one"; fi
  for key; do
    is_token "$key" || exit 64
    [ -f "$dir/$key.entry" ] || stale 'what was kept is gone'
    if ! read_rejection "$dir/rejection.$key" || ! is_rejected "$key"; then stale "$path is no longer what was rejected"; fi
  done
}

restore() {
  read_entry "$dir/$1.entry" || stale 'what was kept is gone'
  if ! put_back; then
    record said "$path could not be put back"
    finish 12
  fi
  rm -f -- "$dir/$1.entry" "$dir/$1.time" "$dir/$1.first"
  if [ "$copy" != - ]; then rm -f -- "$dir/$copy"; fi
  record restored "$path"
}

main() {
  [ "$#" -ge 5 ] || exit 64
  open_store "$1"
  is_token "$2" || exit 64
  unit=$1 own=$2 pid=$3 start=$4
  shift 4
  check_witness "$@"
  # put_back takes it for the name of its file.
  token=$own
  umask 077
  for key; do restore "$key"; done
  bounded 60 systemctl daemon-reload
  if [ "$code" != 0 ]; then
    record said "systemctl daemon-reload: $code: $said"
    finish 12
  fi
  finish 0
}

main "$@"
