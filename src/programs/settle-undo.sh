# settle-undo: confirms a restart: the watchdog is disarmed and what was kept for it is dropped; or takes note of what was put back.
#
# Begins with bounded.sh and undo-store.sh. Arguments: 1 confirm or acknowledge; 2 the unit; for confirm: 3 the token, or "-" if no watchdog
#   was armed; from 4 on the keys of the entries to drop; for acknowledge: from 3 on the tokens of the notes.
# Records: found TEXT | settled.
# Exit: 0 done; 10 it was put back, or is about to be; 11 it does not wait any more, as somebody else has settled it; in both cases
#   nothing was dropped; 64 bad arguments.
# Never: drops an entry that was kept after the restart; deletes a note before it is marked as told.
set -eu

confirm() {
  token=$1
  shift
  if [ "$token" != - ]; then
    is_token "$token" || exit 64
    if ! mv -- "$dir/armed.$token" "$dir/confirmed.$token" 2>/dev/null; then
      if [ -e "$dir/reverting.$token" ] || [ -e "$dir/note.$token" ] || [ -e "$dir/told.$token" ]; then
        record found 'the host has put the old state back already, or does so now'
        finish 10
      fi
      record found 'nothing waits to be confirmed any more: somebody else has confirmed it, or has restarted the unit anew'
      finish 11
    fi
  fi
  for key; do drop_entry "$key"; done
  for file in "$dir"/confirmed.*; do
    [ -f "$file" ] || continue
    disarm "$file"
    rm -f -- "$dir/before.${file##*.}" "$dir/revert.${file##*.}" "$dir/reason.${file##*.}"
    rm -f -- "$file"
  done
}

# A watchdog in a shell sees by itself that it is not armed any more.
disarm() {
  read -r watch name _ <"$1" || return 0
  if [ "$watch" = systemd ]; then bounded 20 systemctl stop "$name.timer"; fi
}

acknowledge() {
  rm -f -- "$dir"/told.*
  for token; do
    is_token "$token" || exit 64
    if [ -e "$dir/note.$token" ]; then mv -f -- "$dir/note.$token" "$dir/told.$token"; fi
  done
}

main() {
  [ "$#" -ge 3 ] || exit 64
  verb=$1
  open_store "$2"
  shift 2
  case $verb in
    confirm) confirm "$@" ;;
    acknowledge) acknowledge "$@" ;;
    *) exit 64 ;;
  esac
  record settled
  finish 0
}

main "$@"
