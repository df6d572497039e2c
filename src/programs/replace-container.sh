# replace-container: puts a new container in the place of one of that name, and puts the old one back if the new one does not run.
#
# Begins with bounded.sh, docker-client.sh and named-container.sh. Arguments: 1 seconds for a question; 2 seconds for a pull; 3 seconds that the new one must have
#   run; 4 seconds that the old one gets to stop; 5 the name; 6 id of the container that has it, or ""; 7 image; 8 pull or keep (never pull);
#   9 how many lines NAME=VALUE of environment follow; then these; then what follows `docker create --name NAME --env-file FILE`.
# Steps: pull if the image is missing; create as NAME.unbusy-new; stop the old one and call it NAME.unbusy-old; give the name to the new
#   one; start it; watch it; remove the old one. Whatever fails before the last step: the old one has its name again and runs as before.
# Records: found TEXT | said TEXT (of Docker, or of the container's log) | back TEXT (what became of the old one) | left NAME TEXT (the old one could
#   not be removed) | stuck PID.
# Exit: 0 the new one runs; 10 stale, nothing was done; 12 Docker said no, nothing was changed; 13 no client or no socket; 14 no
#   answer in time, the next look tells how far it came; 20 the new one does not run, and `back` says what became of the old one.
# Never: shows the environment to other processes (it goes through a pipe), removes volumes, removes a container that runs.
set -eu

compare() {
  find_name "$name"
  [ "$found" = "$expected" ] || stale "${found:-no container} of that name"
  for spare in old new; do
    find_name "$name.unbusy-$spare"
    [ -z "$found" ] || stale "a container $name.unbusy-$spare"
  done
}

# Sets $state to RUNNING RESTARTING COUNT EXIT-NUMBER.
look() {
  inquire "$limit" inspect --type container \
    --format "u$tab{{.State.Running}} {{.State.Restarting}} {{.RestartCount}} {{.State.ExitCode}}" "$1" || return 1
  state=$(printf '%s\n' "$said" | sed -n "s/^u$tab//p")
}

# Starts the new one and watches it; sets $why if it does not run.
try_new() {
  if ! inquire "$limit" start "$new"; then
    why=$said
    return 1
  fi
  while :; do
    look "$new" || state=gone
    case $state in 'true false 0 '*) ;; *) break ;; esac
    if [ "$settle" -le 0 ]; then return 0; fi
    settle=$((settle - 1))
    sleep 1
  done
  why="it ended with ${state##* }"
  inquire "$limit" logs --tail 3 "$new" || :
  why="$why: $said"
  return 1
}

# The old one gets its name back first, so that it is there whatever becomes of the rest.
put_back() {
  record said "$why"
  back=''
  # Docker gives no other name to a container that it is about to restart.
  inquire $((limit + 2)) stop -t 2 "$new" || :
  inquire "$limit" rename "$new" "$name.unbusy-new" || :
  if [ -n "$expected" ]; then
    find_name "$name"
    if [ "$found" != "$expected" ]; then inquire "$limit" rename "$expected" "$name" || back="it could not get its name back: $said"; fi
    if [ "$was" != false ]; then inquire "$limit" start "$expected" || back="it could not be started again: $said"; fi
    look "$expected" || state='unknown'
    if [ -z "$back" ]; then
      if [ "$was" = restarting ] || [ "${state%% *}" = "$was" ]; then back=ok; else back="it is there, but its state is $state"; fi
    fi
  fi
  inquire $((limit + 10)) rm -f "$new" || :
  record back "$back"
  finish 20
}

pull_image() {
  if inquire "$limit" inspect --type image --format "u$tab" "$image"; then return 0; fi
  if [ "$pull" != pull ]; then no; fi
  inquire "$pull_limit" pull "$image" || no
}

make_new() {
  lines=$1
  shift
  environment=''
  while [ "$lines" -gt 0 ]; do
    environment=$environment$1$nl
    shift
    lines=$((lines - 1))
  done
  {
    inquire "$limit" create --name "$name.unbusy-new" --env-file /proc/self/fd/8 "$@" || no
  } 8<<END
$environment
END
  find_name "$name.unbusy-new"
  new=$found
  if [ -z "$new" ]; then no; fi
}

# Stops the old one and takes its name away.
move_old() {
  why='' was=false
  [ -n "$expected" ] || return 0
  look "$expected" || no
  case $state in 'true false '*) was=true ;; *' true '*) was=restarting ;; esac
  if inquire $((stop + limit)) stop -t "$stop" "$expected" && inquire "$limit" rename "$expected" "$name.unbusy-old"; then return 0; fi
  why="the old one could not be put aside: $said"
  return 1
}

main() {
  [ "$#" -ge 10 ] || exit 64
  limit=$1 pull_limit=$2 settle=$3 stop=$4 name=$5 expected=$6 image=$7 pull=$8
  shift 8
  find_daemon
  if [ -z "$client" ] || [ -z "$socket" ]; then finish 13; fi
  compare
  pull_image
  make_new "$@"
  if ! move_old; then put_back; fi
  if ! inquire "$limit" rename "$new" "$name"; then
    why=$said
    put_back
  fi
  if ! try_new; then put_back; fi
  if [ -n "$expected" ]; then
    inquire $((limit + 10)) rm "$expected" || record left "$name.unbusy-old" "$said"
  fi
  finish 0
}

main "$@"
