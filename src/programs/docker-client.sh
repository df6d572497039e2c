# docker-client: functions of the programs that ask the Docker daemon of this host; they come after those of bounded.sh.
#
# find_daemon        sets $daemon_pid (or ""), $socket (or "") and $client, the docker client (or ""): the daemon by its pid file, else by
#                    its name in /proc; its socket where Docker puts it, else where the daemon's own arguments say.
# ask SECONDS ARG... runs the client on that socket; sets $said and $code as bounded does.
# A client that is left to itself would follow DOCKER_HOST or its current context, to another host perhaps.
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION 2>/dev/null || :

find_daemon() {
  daemon_pid='' socket=''
  client=$(command -v docker) || client=''
  for pid_file in /var/run/docker.pid /run/docker.pid; do
    daemon_try=''
    if [ -r "$pid_file" ]; then read -r daemon_try <"$pid_file" || :; fi
    if is_daemon "$daemon_try"; then
      daemon_pid=$daemon_try
      break
    fi
  done
  for socket in /var/run/docker.sock /run/docker.sock ''; do
    if [ -S "$socket" ]; then return 0; fi
  done
  if [ -z "$daemon_pid" ]; then find_daemon_by_name; fi
  if [ -n "$daemon_pid" ]; then
    socket=$(tr '\0' '\n' <"/proc/$daemon_pid/cmdline" | sed -n 's|^.*unix://\(/.*\)$|\1|p' | sed -n 1p) || socket=''
    [ -S "$socket" ] || socket=''
  fi
}

# In our own pid namespace: a daemon inside a container is none of ours.
find_daemon_by_name() {
  for daemon_comm in $(grep -lxE 'dockerd|dockerd-current|docker-current' /proc/[0-9]*/comm 2>/dev/null || :); do
    daemon_try=${daemon_comm%/comm}
    if [ "$(readlink "$daemon_try/ns/pid")" = "$(readlink /proc/self/ns/pid)" ]; then daemon_pid=${daemon_try#/proc/}; fi
  done
}

is_daemon() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  daemon_name=''
  if [ -r "/proc/$1/comm" ]; then read -r daemon_name <"/proc/$1/comm" || :; fi
  case $daemon_name in dockerd* | docker-current | docker) return 0 ;; *) return 1 ;; esac
}

ask() {
  ask_seconds=$1
  shift
  bounded "$ask_seconds" "$client" -H "unix://$socket" "$@"
}
