# trigger-revert: lets the host put back at once what a restart that is not confirmed was made for, and waits for the end of it.
#
# Begins with bounded.sh and undo-store.sh. Arguments: 1 the unit; 2 the token; 3 why: failed, silent, containers or unconfirmed; 4 seconds to wait.
# Records: found TEXT | note TOKEN EPOCH REASON API, put TOKEN back|failed PATH, as the watchdog wrote them.
# Exit: 0 put back; 10 stale: it was confirmed meanwhile, or there is no such restart; 14 still at it.
# Never: does it itself: if the link is lost meanwhile, the host goes on.
set -eu

main() {
  [ "$#" -eq 4 ] || exit 64
  open_store "$1"
  is_token "$2" || exit 64
  unit=$1 token=$2 reason=$3 limit=$4
  request_revert || {
    record found 'no restart waits to be confirmed any more'
    finish 10
  }
  await_revert "$limit" || finish 14
  finish 0
}

main "$@"
