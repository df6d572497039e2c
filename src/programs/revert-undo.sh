# revert-undo: the watchdog on the host: puts back what record-undo kept, and restarts the unit, unless that was confirmed in time.
#
# Begins with bounded.sh, undo-store.sh and docker-client.sh; lies on the host as a file, and is run there by systemd or by setsid,
#   apart from every session. Arguments: 1 now, or wait: poll until the time has come; 2 the unit; 3 the token; 4 for wait, the time in
#   seconds since 1970.
# Leaves: note.TOKEN with the records note TOKEN EPOCH REASON API and put TOKEN back|failed PATH; REASON is one of unconfirmed, silent,
#   failed, containers; API is yes or no: whether the daemon answers at the end. Without room for it, reverting.TOKEN stays.
# Exit: 0 put back, or there was nothing to do; 64 bad arguments.
# Never: acts if the restart was confirmed, or if another one puts back already; changes what no entry names.
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 077
cd /

await() {
  while [ -e "$dir/armed.$token" ] && [ ! -e "$dir/reason.$token" ] && [ "$(date +%s)" -lt "$1" ]; do sleep 1; done
}

# What did not work stays to be looked at, and to be known again, until the next restart that is confirmed.
reject() {
  rm -f -- "$dir/rejected.$1" "$dir/rejection.$1"
  found=other
  if [ ! -e "$path" ] && [ ! -h "$path" ]; then
    found=absent
  elif [ -f "$path" ] && [ ! -h "$path" ] && cp -p -- "$path" "$dir/rejected.$1"; then
    found=file
  fi
  printf '%s %s %s %s\n%s' "$token" "$(date +%s)" "$reason" "$found" "$path" >"$dir/rejection.$1" || rm -f -- "$dir/rejection.$1"
}

put_entry() {
  read_entry "$dir/$1.entry" || return 0
  if ! is_as_kept; then reject "$1"; fi
  if put_back; then word=back; else word=failed; fi
  record put "$token" "$word" "$path"
  if [ "$word" = back ]; then
    rm -f -- "$dir/$1.entry" "$dir/$1.time" "$dir/$1.first"
    if [ "$copy" != - ]; then rm -f -- "$dir/$copy"; fi
  fi
}

# A unit that failed too often is not started any more until its count is reset.
restart() {
  bounded 60 systemctl daemon-reload
  bounded 20 systemctl reset-failed "$unit"
  bounded 120 systemctl restart "$unit"
}

answers() {
  tries=30
  while [ "$tries" -gt 0 ]; do
    find_daemon
    if [ -n "$client" ] && [ -n "$socket" ]; then
      ask 5 version --format '{{.Server.Version}}'
      if [ "$code" = 0 ]; then return 0; fi
    fi
    tries=$((tries - 1))
    sleep 1
  done
  return 1
}

# A disk that is full may have room again later; until the note is there, the host is seen to be at it.
tell() {
  tries=120
  until printf '%s\n' "$1" 2>/dev/null >"$dir/.note-$token" && mv -f -- "$dir/.note-$token" "$dir/note.$token"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 5
  done
  dd if=/dev/null of="$dir/note.$token" conv=notrunc,fsync 2>/dev/null || :
}

main() {
  mode=$1 unit=$2 token=$3
  open_store "$unit"
  is_token "$token" || exit 64
  if [ "$mode" = wait ]; then await "$4"; fi
  mv -- "$dir/armed.$token" "$dir/reverting.$token" 2>/dev/null || exit 0
  reason=unconfirmed
  if [ -r "$dir/reason.$token" ]; then read -r reason <"$dir/reason.$token"; fi
  put=$(sed 1,3d "$dir/reverting.$token" | while read -r key; do put_entry "$key"; done)
  restart
  if answers; then api=yes; else api=no; fi
  rm -f -- "$dir/reason.$token" "$dir/before.$token"
  note=$(record note "$token" "$(date +%s)" "$reason" "$api")
  tell "$note${put:+$nl$put}" || exit 0
  rm -f -- "$dir/reverting.$token" "$dir/revert.$token"
  exit 0
}

main "$@"
