# find-labelled: the containers of this host that run and carry a label.
#
# Begins with bounded.sh and docker-client.sh. Arguments: 1 seconds that each call of the docker client may take; from 2 on labels, NAME or
#   NAME=VALUE.
# Records: labelled ID | said TEXT.
# Exit: 0 asked; 12 Docker said no; 13 no client or no socket; 14 no answer in time.
# Never: changes anything.
set -eu

main() {
  [ "$#" -ge 2 ] || exit 64
  limit=$1
  shift
  find_daemon
  if [ -z "$client" ] || [ -z "$socket" ]; then finish 13; fi
  for label do
    ask "$limit" ps -q --no-trunc --filter "label=$label"
    case $code in
      0) ;;
      late) finish 14 ;;
      *)
        record said "$said"
        finish 12
        ;;
    esac
    for id in $(printf '%s\n' "$said" | grep -xE '[0-9a-f]{64}' || :); do record labelled "$id"; done
  done
  finish 0
}

main "$@"
