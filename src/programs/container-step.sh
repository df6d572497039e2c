# container-step: starts, stops, removes or puts back one container that has a given name.
#
# Begins with bounded.sh, docker-client.sh and named-container.sh. Arguments: 1 seconds for a question; 2 seconds that it gets to stop; 3 seconds that it must have
#   run after a start; 4 start, stop, remove or put-back; 5 its name now; 6 its full id; 7 true, false or restarting: whether it ran when it was looked at;
#   8 for put-back the name that it gets.
# put-back: what has the other name and does not run is called NAME.unbusy-new; then the container gets the name, and is started.
# Records: found TEXT | said TEXT | stuck PID.
# Exit: 0 done, and looked at again; 10 stale, nothing was done; 12 Docker said no; 13 no client or no socket; 14 no answer in time; 20 it
#   was started and does not run.
# Never: forces (docker rm -f, kill), removes volumes.
set -eu

# Sets $state to RUNNING RESTARTING EXIT-NUMBER, and $runs to true, false or restarting.
look() {
  inquire "$limit" inspect --type container --format "u$tab{{.State.Running}} {{.State.Restarting}} {{.State.ExitCode}}" "$1" || return 1
  state=$(printf '%s\n' "$said" | sed -n "s/^u$tab//p")
  case $state in 'true false '*) runs=true ;; *' true '*) runs=restarting ;; *) runs=false ;; esac
}

start() {
  inquire "$limit" start "$id" || no
  while :; do
    look "$id" || no
    case $state in
      'true false '*) ;;
      *)
        inquire "$limit" logs --tail 3 "$id" || :
        record said "it ended with ${state##* }: $said"
        finish 20
        ;;
    esac
    if [ "$settle" -le 0 ]; then return 0; fi
    settle=$((settle - 1))
    sleep 1
  done
}

stop() {
  inquire $((grace + limit)) stop -t "$grace" "$id" || no
}

# A container with --rm goes by itself once it was stopped.
remove() {
  if [ "$was" != false ]; then stop; fi
  find_name "$name"
  if [ "$found" = "$id" ]; then inquire $((limit * 6)) rm "$id" || :; fi
  answer=$said
  find_name "$name"
  if [ "$found" = "$id" ]; then
    record said "$answer"
    finish 12
  fi
}

put_back() {
  find_name "$target"
  if [ -n "$found" ]; then
    look "$found" || no
    if [ "$runs" = true ]; then stale "$target runs"; fi
    if [ "$runs" = restarting ]; then inquire $((grace + limit)) stop -t "$grace" "$found" || no; fi
    inquire "$limit" rename "$found" "$target.unbusy-new" || no
  fi
  inquire "$limit" rename "$id" "$target" || no
  if [ "$was" = false ]; then start; fi
}

main() {
  [ "$#" -eq 8 ] || exit 64
  limit=$1 grace=$2 settle=$3 verb=$4 name=$5 id=$6 was=$7 target=$8
  find_daemon
  if [ -z "$client" ] || [ -z "$socket" ]; then finish 13; fi
  find_name "$name"
  [ "$found" = "$id" ] || stale "${found:-no container} of that name"
  look "$id" || no
  [ "$runs" = "$was" ] || stale "running: $runs"
  case $verb in
    start) start ;;
    stop) stop ;;
    remove) remove ;;
    put-back) put_back ;;
    *) exit 64 ;;
  esac
  finish 0
}

main "$@"
