# docker-running: functions of the programs that compare what runs before and after a restart of dockerd; they come after those of
#   docker-client.sh.
#
# list_running SECONDS  sets $running, a line for each container that runs: ID NAME STATUS PID POLICY AUTO-REMOVE EXECS HEALTH ADDRESSES,
#                       by tabs; EXECS in JSON, HEALTH empty without a check, ADDRESSES each followed by a comma. Fails, with the
#                       reason in $silence, if the daemon did not tell of each of them.
# told_running          prints these lines as records `container`, each with the inode of the mount namespace of its shim, and counts.
# centiseconds          sets $now: hundredths of a second since boot.
list_running() {
  running='' silence=''
  ask "$1" ps -q --no-trunc
  if [ "$code" != 0 ]; then
    silence="docker ps: $code: $said"
    return 1
  fi
  running_ids=$(printf '%s\n' "$said" | grep -xE '[0-9a-f]{64}') || return 0
  running_format="u$tab{{.ID}}$tab{{.Name}}$tab{{.State.Status}}$tab{{.State.Pid}}$tab{{.HostConfig.RestartPolicy.Name}}"
  running_format="$running_format$tab{{.HostConfig.AutoRemove}}$tab{{json .ExecIDs}}$tab{{with .State.Health}}{{.Status}}{{end}}"
  running_format="$running_format$tab{{range .NetworkSettings.Networks}}{{.IPAddress}},{{end}}"
  # shellcheck disable=SC2086
  ask "$1" inspect --type container --format "$running_format" $running_ids
  running=$(printf '%s\n' "$said" | sed -n "s/^u$tab//p")
  if [ "$code" = 0 ]; then return 0; fi
  if [ "$code" = late ]; then
    silence='docker inspect: late'
    return 1
  fi
  # One may have ended since; one that is still listed could not be looked at.
  ask "$1" ps -q --no-trunc
  for running_id in $said; do
    case $nl$running_ids$nl in *"$nl$running_id$nl"*) ;; *) continue ;; esac
    case $nl$running in *"$nl$running_id$tab"*) ;; *) silence="docker inspect: nothing of $running_id" && return 1 ;; esac
  done
}

told_running() {
  while IFS= read -r running_line; do
    [ -n "$running_line" ] || continue
    running_pid=$(printf '%s\n' "$running_line" | cut -f 4)
    printf 'container\t%s\t%s\n' "$running_line" "$(shim_namespace "$running_pid")"
    records=$((records + 1))
  done <<END
$running
END
}

# Inode of the mount namespace of a process's parent; empty if it cannot be read.
shim_namespace() {
  { read -r shim_line <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2086
  set -- ${shim_line##*) }
  mount_namespace "$2"
}

mount_namespace() {
  namespace_link=$(readlink "/proc/$1/ns/mnt" 2>/dev/null) || return 0
  namespace_link=${namespace_link#*\[}
  printf '%s' "${namespace_link%]}"
}

# Start time of a process in clock ticks since boot (field 22 of stat); empty if there is none.
start_ticks() {
  { read -r start_line <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2086
  set -- ${start_line##*) }
  printf '%s' "${20}"
}

centiseconds() {
  read -r now _ </proc/uptime
  now=${now%.*}${now#*.}
}
