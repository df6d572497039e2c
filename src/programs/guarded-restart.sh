# guarded-restart: restarts dockerd's unit, with a watchdog on the host that takes its change back unless the restart is confirmed.
#
# Begins with bounded.sh, docker-client.sh, docker-running.sh, undo-store.sh and undo-watchdog.sh. Arguments: 1 the unit; 2 its main pid, 3 the
#   start of that in clock ticks, both 0 if it does not run; 4 seconds until the host takes the change back; 5 a random token; 6 the
#   hours of the host's clock within which it may begin, as 02:00-04:00, or -; 7 the watchdog's program; 8 any, or known: refuse if a container runs that is not named
#   below; then the keys of the entries that the watchdog puts back (none: there is nothing to put back, and no watchdog), --, and the ids
#   of containers that run, those that must run again with a + in front.
# Records: found TEXT | said TEXT | armed DEADLINE | before TOKEN ID NAME …, what ran right before | outage CENTISECONDS, from the last answer of the old daemon to the first of the new one
#   | daemon PID START NAMESPACE HOST-NAMESPACE | container … of docker-running.sh, what runs now | reverted REASON, then note and put of
#   the watchdog; or broken REASON, where nothing could be put back.
# Exit: 0 the daemon answers again; 10 stale, nothing was done; 12 it could not be armed, nothing was restarted; 13 a tool is missing;
#   20 the daemon does not answer, or did not with the change: reverted or broken says which.
# Never: restarts with a key and without a watchdog; confirms anything: that is for whoever can still reach the host.
set -eu
# The host's own clock, whatever time zone the connection brought along.
unset TZ 2>/dev/null || :

stale() {
  record found "$1"
  finish 10
}

# Sets $main and $active from systemd.
unit_state() {
  bounded 20 systemctl show -p MainPID -p ActiveState -p NeedDaemonReload -- "$unit"
  main=$(printf '%s\n' "$said" | sed -n 's/^MainPID=//p')
  active=$(printf '%s\n' "$said" | sed -n 's/^ActiveState=//p')
  needs=$(printf '%s\n' "$said" | sed -n 's/^NeedDaemonReload=//p')
}

in_window() {
  if [ "$window" = - ]; then return 0; fi
  time=$(date +%H%M) from=${window%-*} to=${window#*-}
  from=${from%:*}${from#*:} to=${to%:*}${to#*:}
  if [ "$from" -lt "$to" ]; then
    [ "$time" -ge "$from" ] && [ "$time" -lt "$to" ]
  else
    [ "$time" -ge "$from" ] || [ "$time" -lt "$to" ]
  fi
}

check_witness() {
  unit_state
  # A unit that fails to start has a main process now and then.
  if [ "${main:-0}" != "$pid" ] && { [ "$pid" != 0 ] || [ "$active" = active ]; }; then
    stale "the main process of $unit is ${main:-not known}"
  fi
  if [ "$pid" != 0 ] && [ "$(process_start "$pid")" != "$start" ]; then stale "process $pid is another one"; fi
  in_window || stale "it is $(date +%H:%M) there, outside of $window"
  find_daemon
  if [ -z "$client" ]; then finish 13; fi
  running=
  if [ "$pid" = 0 ]; then return 0; fi
  list_running 10 || [ "$scope" = any ] || stale "$silence"
  if [ "$scope" = any ]; then return 0; fi
  for id in $(printf '%s\n' "$running" | cut -f 1); do
    case " $known " in *" $id "* | *" +$id "*) ;; *) stale "container $id was started meanwhile" ;; esac
  done
}

set_watch() {
  [ "$#" -gt 0 ] || return 0
  # Another watchdog may wait already; if it has begun, this is not the time.
  for file in "$dir"/reverting.*; do [ ! -e "$file" ] || stale 'the host takes an earlier change back just now'; done
  printf '%s\n' "$running" >"$dir/before.$token"
  if ! arm "$seconds" "$@"; then
    record said "${said:-} (no watchdog could be set: neither systemd-run nor setsid works)"
    finish 12
  fi
  retire_others
  record armed "$arm_deadline"
}

# Only now, so that at every moment somebody watches over what is not confirmed.
retire_others() {
  for file in "$dir"/armed.*; do
    if [ ! -e "$file" ] || [ "$file" = "$dir/armed.$token" ]; then continue; fi
    if mv -- "$file" "$dir/confirmed.${file##*.}" 2>/dev/null; then continue; fi
    mv -- "$dir/armed.$token" "$dir/confirmed.$token" 2>/dev/null || :
    stale 'the host takes an earlier change back just now'
  done
}

told_before() {
  while IFS= read -r line; do
    [ -n "$line" ] || continue
    printf 'before\t%s\t%s\n' "$token" "$line"
    records=$((records + 1))
  done <<END
$running
END
}

# Polls until the new daemon answers. From the first moment without an answer on, the last one stands.
await_api() {
  centiseconds
  began=$now last=$now silent=no
  give_up=$((began + (seconds - reserve) * 100))
  while :; do
    centiseconds
    [ "$now" -lt "$give_up" ] || return 1
    asked=$now
    find_daemon
    code=none
    if [ -n "$socket" ]; then ask 2 version --format '{{.Server.Version}}'; fi
    centiseconds
    if [ "$code" = 0 ]; then
      unit_state
      if [ "${main:-0}" != 0 ] && [ "$main" != "$pid" ] && [ "$active" = active ]; then return 0; fi
      if [ "$silent" = no ] && [ $((now - asked)) -lt 50 ]; then last=$asked; fi
    else
      silent=yes
      unit_state
      if [ "$active" = failed ]; then return 2; fi
    fi
    sleep 0.2 2>/dev/null || sleep 1
  done
}

# Containers whose daemon has just come back may take a moment, and so may a daemon that has many of them to tell of.
await_containers() {
  last_look=$((began + (seconds - reserve / 2) * 100))
  while :; do
    missing=
    list_running 10 || missing=$silence
    for id in $known; do
      case $id in +*) ;; *) continue ;; esac
      case $nl$running in *"$nl${id#+}$tab"*) ;; *) missing=${missing:-$id} ;; esac
    done
    centiseconds
    if [ -z "$missing" ]; then return 0; fi
    if [ "$now" -ge "$last_look" ]; then
      [ -z "$silence" ]
      return
    fi
    sleep 1
  done
}

# The host takes it back; we only wait for that.
give_back() {
  reason=$1
  if [ ! -e "$dir/armed.$token" ] && [ ! -e "$dir/reverting.$token" ] && [ ! -e "$dir/note.$token" ]; then
    record broken "$reason"
    finish 20
  fi
  record reverted "$reason"
  if request_revert; then await_revert 240 || :; fi
  finish 20
}

# The last words of the daemon itself, from the journal: what an administrator would look at first.
last_words() {
  bounded 10 journalctl -u "$unit" -t dockerd -n 3 -o cat --no-pager
  if [ "$code" = 0 ] && [ -n "$said" ]; then record said "$said"; fi
}

main() {
  [ "$#" -ge 9 ] || exit 64
  unit=$1 pid=$2 start=$3 seconds=$4 token=$5 window=$6 revert_text=$7 scope=$8
  shift 8
  open_store "$unit"
  is_token "$token" || exit 64
  command -v systemctl >/dev/null || finish 13
  # Time to tell what came of it, and to be answered, before the host takes it back.
  reserve=$((seconds / 4))
  if [ "$reserve" -gt 30 ]; then reserve=30; fi
  if [ "$reserve" -lt 10 ] && [ "$seconds" -ge 30 ]; then reserve=10; fi
  keys=
  while [ "$1" != -- ]; do
    keys="$keys $1"
    shift
  done
  shift
  known=$*
  check_witness
  # shellcheck disable=SC2086
  set_watch $keys
  if [ -n "$keys" ] || [ "$needs" = yes ]; then
    bounded 60 systemctl daemon-reload
    if [ "$code" != 0 ]; then
      record said "systemctl daemon-reload: $code: $said"
      give_back failed
    fi
  fi
  told_before
  if [ "$active" = failed ]; then bounded 20 systemctl reset-failed "$unit"; fi
  bounded 20 systemctl restart --no-block "$unit"
  if [ "$code" != 0 ]; then
    record said "systemctl restart: $code: $said"
    give_back failed
  fi
  answer=0
  await_api || answer=$?
  case $answer in
    1) last_words && give_back silent ;;
    2) last_words && give_back failed ;;
  esac
  outage=$((now - last))
  await_containers || give_back silent
  record outage "$outage"
  record daemon "$main" "$(process_start "$main")" "$(mount_namespace "$main")" "$(mount_namespace 1)"
  told_running
  finish 0
}

main "$@"
