# docker-restart-state: says what a restart of dockerd would meet: the daemon, what runs, what is under way, and our own way in.
#
# Begins with bounded.sh, docker-client.sh and docker-running.sh. Arguments: 1 seconds that each call of the docker client may take.
# Records: clock EPOCH HH:MM, in the host's own time zone | host NAMESPACE, the mount namespace of PID 1, "" if it cannot be read
#   | daemon PID START NAMESPACE CGROUPS, for each dockerd in our pid namespace; PID-FILE PID | argument TEXT, of the daemon of the pid file
#   | api answered|silent|none WHY | engine VERSION LIVE-RESTORE DATA-ROOT
#   | container ID NAME STATUS PID POLICY AUTO-REMOVE EXECS HEALTH ADDRESSES SHIM-NAMESPACE, for each that runs
#   | config read|absent|unreadable TEXT, of daemon.json | activity build|pull WHAT | unseen build|pull WHY
#   | own container|network|unread|peer WHAT: our shell's ancestors, our network namespace, and the address that we came from.
# Exit: 0 looked; 13 a tool is missing; 64 bad arguments.
# Never: changes anything; waits longer for a silent daemon than it was told.
set -eu
# The host's own clock, whatever time zone the connection brought along.
unset TZ 2>/dev/null || :

clock() { record clock "$(date +%s)" "$(date +%H:%M)"; }

cgroups() { sed -n 's/^[^:]*:[^:]*://p' "/proc/$1/cgroup" 2>/dev/null | sort -u; }

daemons() {
  for comm in $(grep -lxE 'dockerd|dockerd-current|docker-current' /proc/[0-9]*/comm 2>/dev/null || :); do
    pid=${comm%/comm} pid=${pid#/proc/}
    if [ "$(readlink "/proc/$pid/ns/pid")" != "$(readlink /proc/self/ns/pid)" ]; then continue; fi
    record daemon "$pid" "$(start_ticks "$pid")" "$(mount_namespace "$pid")" "$(cgroups "$pid")"
  done
}

# The arguments of the daemon that has the pid file, and the configuration that its next start will read.
configuration() {
  file=/etc/docker/daemon.json
  if [ -n "$daemon_pid" ]; then
    arguments=$(tr '\0' '\n' <"/proc/$daemon_pid/cmdline" 2>/dev/null) || arguments=
    while IFS= read -r argument; do
      [ -n "$argument" ] || continue
      record argument "$argument"
      case $argument in --config-file=/*) file=${argument#*=} ;; esac
    done <<END
$arguments
END
  fi
  if [ ! -e "$file" ]; then
    record config absent ''
  elif [ -f "$file" ] && [ -r "$file" ] && text=$(head -c 65536 "$file" 2>/dev/null && echo x); then
    record config read "${text%x}"
  else
    record config unreadable ''
  fi
}

api() {
  if [ -z "$client" ] || [ -z "$socket" ]; then
    record api none "${client:+no socket of a Docker daemon}"
    return 0
  fi
  # A service that is down must stay down: its socket would start it.
  if [ -z "$daemon_pid" ]; then
    record api none 'no dockerd runs'
    return 0
  fi
  ask "$limit" info --format "u$tab{{.ServerVersion}}$tab{{.LiveRestoreEnabled}}$tab{{.DockerRootDir}}"
  facts=$(printf '%s\n' "$said" | sed -n "s/^u$tab//p")
  if [ "$code" != 0 ] || [ -z "$facts" ]; then
    record api silent "docker info: $code: $said"
    return 0
  fi
  if ! list_running "$limit"; then
    record api silent "$silence"
    return 0
  fi
  record api answered ''
  version=${facts%%"$tab"*} facts=${facts#*"$tab"}
  root=${facts#*"$tab"}
  record engine "$version" "${facts%%"$tab"*}" "$root"
  told_running
  activities
}

# What leaves a trace while it is under way: layers that are fetched, contexts that are unpacked, steps that run, clients on this host.
activities() {
  for trace in "$root"/tmp/GetImageBlob*; do [ ! -e "$trace" ] || record activity pull "$trace"; done
  for trace in "$root"/tmp/docker-builder*; do [ ! -e "$trace" ] || record activity build "$trace"; done
  for trace in "$root"/buildkit/executor/*/config.json; do [ ! -e "$trace" ] || record activity build "${trace%/config.json}"; done
  [ -d "$root/tmp" ] && [ -r "$root/tmp" ] || record unseen pull "$root/tmp cannot be read"
  for comm in $(grep -lE '^(docker|docker-.*|buildctl)$' /proc/[0-9]*/comm 2>/dev/null || :); do
    pid=${comm%/comm}
    words=$(tr '\0\n' '  ' <"$pid/cmdline" 2>/dev/null) || continue
    case " $words" in
      *\ build\ * | *\ bake\ *) record activity build "process ${pid#/proc/}" ;;
      *\ pull\ * | *\ load\ * | *\ push\ * | *\ dial-stdio\ *) record activity pull "process ${pid#/proc/}" ;;
    esac
  done
}

# From our shell up to the first process: whatever of it lives in a container would be cut off with it.
own_way() {
  pid=$$ peer=${SSH_CONNECTION:-}
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    case $(cgroups "$pid") in
      *[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*)
        id=$(cgroups "$pid" | grep -oE '[0-9a-f]{64}' | sed -n 1p) || id=
        if [ -n "$id" ]; then
          record own container "$id"
          return 0
        fi
        ;;
    esac
    # sudo may have taken the variable away from us, but not from our ancestors.
    if [ -z "$peer" ]; then peer=$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p') || peer=; fi
    { read -r line <"/proc/$pid/stat"; } 2>/dev/null || break
    # shellcheck disable=SC2086
    set -- ${line##*) }
    pid=$2
    [ "$pid" -gt 1 ] || break
  done
  ours=$(readlink /proc/self/ns/net) || ours=
  theirs=$(readlink /proc/1/ns/net) || theirs=
  if [ -z "$ours" ] || [ -z "$theirs" ]; then
    record own unread 'the network namespace of process 1 cannot be read'
  elif [ "$ours" != "$theirs" ]; then
    record own network "$ours"
  fi
  if [ -n "$peer" ]; then record own peer "${peer%% *}"; fi
}

main() {
  [ "$#" -eq 1 ] || exit 64
  limit=$1
  case $limit in '' | *[!0-9]*) exit 64 ;; esac
  command -v readlink >/dev/null && command -v sed >/dev/null || exit 13
  clock
  record host "$(mount_namespace 1)"
  find_daemon
  if [ -z "$daemon_pid" ]; then find_daemon_by_name; fi
  record pid-file "$daemon_pid"
  daemons
  configuration
  api
  own_way
  finish 0
}

main "$@"
