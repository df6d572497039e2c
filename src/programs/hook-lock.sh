# hook-lock: functions that hook-frame begins with: a directory of our own, one hook at a time, and the end of what a hook started.
#
# make_base     sets $base, a directory that root alone may enter, on a file system in memory where there is one. Fails if there is none.
# take_lock     makes $lock with the pid and the start time of its owner in it, and the file $alive; waits up to $1 seconds for another
#               hook, breaks a lock whose owner is gone. Fails if it was not free in time, or cannot be made, and sets $lock_fault.
# drop_lock     removes it.
# hook_tasks    prints the pids of all that holds the file $1 open as fd 8: each process of a hook does, whoever its parent is by now.
# end_tasks     sends SIGKILL to them until only what is in state D is left; sets $abandoned to that.
# attempt       runs a function in a child that is ended, or left to itself, after $1 seconds: for files where a file system may hang. Sets
#               $attempted: its exit number, or late.
# uptime        sets $now: seconds since boot, which no change of the clock moves.

uptime() {
  read -r now _ </proc/uptime
  now=${now%%.*}
}

# Sets $started to the start time of a process (field 22 of stat), empty if there is none.
start_of() {
  started=''
  { read -r stat_line <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2086
  set -- ${stat_line##*) }
  started=${20}
}

make_base() {
  for each in /run /var/run /dev/shm /tmp; do
    base=$each/unbusy
    if [ -d "$each" ] && { mkdir -m 700 "$base" 2>/dev/null || [ -d "$base" ]; } && [ ! -h "$base" ]; then
      # In a directory where everybody may write, somebody else may have been first.
      if [ "$(stat -c '%u %a' "$base" 2>/dev/null)" = '0 700' ]; then return 0; fi
    fi
  done
  return 1
}

take_lock() {
  uptime
  lock_until=$((now + $1)) nameless=0 missing=0
  lock=$base/hook.lock
  lock_fault="there is no room for the lock: $lock"
  until mkdir -m 700 "$lock" 2>/dev/null; do
    # Nobody has it, and it cannot be made: once may be chance.
    if [ ! -d "$lock" ]; then missing=$((missing + 1)); elif is_stale; then break_lock; fi
    if [ "$missing" -gt 3 ]; then return 1; fi
    uptime
    if [ "$now" -ge "$lock_until" ]; then
      lock_fault="another run of a hook did not end within $1 s: $lock"
      return 1
    fi
    sleep 1
  done
  start_of "$$"
  alive=$lock/alive.$$.$started
  if ! (: >"$alive" && printf '%s %s\n' "$$" "$started" >"$lock/owner") 2>/dev/null; then
    drop_lock
    alive=''
    return 1
  fi
}

# The owner is gone and nothing that it started lives, apart from what no signal ends. A lock without an owner is being made, for a moment.
is_stale() {
  if { read -r owner owner_start <"$lock/owner"; } 2>/dev/null; then
    nameless=0
    start_of "$owner"
    if [ -n "$started" ] && [ "$started" = "$owner_start" ]; then return 1; fi
    for each in $(hook_tasks "$lock/alive.$owner.$owner_start"); do
      if [ "$(state_of "$each")" != D ]; then return 1; fi
    done
    return 0
  fi
  nameless=$((nameless + 1))
  [ "$nameless" -gt 3 ]
}

# One at a time, and only what is still stale: the link is made in one step, with who made it.
break_lock() {
  start_of "$$"
  if ln -s "$$:$started" "$lock.break" 2>/dev/null; then
    if is_stale; then rm -rf "$lock"; fi
    rm -f "$lock.break"
    return 0
  fi
  breaker=$(readlink "$lock.break") || return 0
  start_of "${breaker%%:*}"
  if [ "${breaker#*:}" != "$started" ]; then rm -f "$lock.break"; fi
}

drop_lock() { rm -rf "$lock"; }

state_of() {
  { read -r stat_line <"/proc/$1/stat"; } 2>/dev/null || return 0
  stat_line=${stat_line##*) }
  printf '%s' "${stat_line%% *}"
}

# Links are read, not followed.
hook_tasks() {
  for link in /proc/[0-9]*/fd/8; do printf '%s\n' "$link"; done | xargs stat -c '%N' 2>/dev/null |
    FILE=$1 awk '{ at = index($0, " -> "); to = substr($0, at + 4); gsub(/[^0-9\/]/, "", $1); split($1, part, "/")
      if (to == ENVIRON["FILE"] || substr(to, 2, length(to) - 2) == ENVIRON["FILE"]) print part[3] }'
}

end_tasks() {
  abandoned=''
  for _ in 1 2 3 4 5 6; do
    found='' lives='' abandoned=''
    for each in $(hook_tasks "$1"); do
      if [ "$each" = "$$" ]; then continue; fi
      found=yes
      kill -9 "$each" 2>/dev/null
      case $(state_of "$each") in
        '' | Z | X) ;;
        D) abandoned="$abandoned $each" ;;
        *) lives=yes ;;
      esac
    done
    # Of what was found, some may have started another one before it was ended: it is over when nobody is found.
    if [ -z "$found" ]; then return 0; fi
    if [ -n "$lives$abandoned" ]; then sleep 0.2 2>/dev/null || sleep 1; fi
  done
}

attempt() {
  uptime
  attempt_until=$((now + $1 + 1))
  shift
  attempt_mark=$alive
  # Before the lock there is none: all that it starts is to be found again.
  if [ -z "$alive" ] && [ -n "$base" ] && (: >"$base/attempt.$$") 2>/dev/null; then attempt_mark=$base/attempt.$$; fi
  # In braces, see run_tasks.
  { "$@"; } </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 9>&- 8<"${attempt_mark:-/dev/null}" &
  attempt_pid=$! attempted=''
  while :; do
    case $(state_of "$attempt_pid") in '' | Z | X) break ;; esac
    uptime
    if [ "$now" -ge "$attempt_until" ]; then
      if [ -n "$attempt_mark" ]; then end_tasks "$attempt_mark"; else kill -9 "$attempt_pid" 2>/dev/null; fi
      attempted=late
      break
    fi
    sleep 0.1 2>/dev/null || sleep 1
  done
  if [ "$attempt_mark" != "$alive" ]; then rm -f "$attempt_mark"; fi
  if [ -n "$attempted" ]; then return 0; fi
  attempted=0
  wait "$attempt_pid" || attempted=$?
}
