# docker-topology: says which processes Docker consists of on this host, in which mount namespaces they live, and how it is set up.
#
# Begins with bounded.sh and docker-client.sh. Arguments: 1 seconds that each call of the docker client may take.
# Records: init NAMESPACE TAGS of process 1; TAGS are the optional fields of / in its mountinfo, such as shared:1
#   | dockerd PID START PARENT UID NAMESPACE TAGS UNIT EXE ARGS of each one outside of containers; NAMESPACE "" where it may not be read
#   | containerd PID PARENT NAMESPACE UNIT EXE of each one outside of containers | kubelet PID CONTAINER-ID, "" if it runs on the host
#   | binary PATH PACKAGE VERSION, with PACKAGE one of deb, rpm, snap, none; VERSION only if the daemon does not answer
#   | config PATH LIVE-RESTORE, with true, false, absent, no-file or unreadable
#   | daemon STATE WHY as docker-state | engine VERSION DRIVER DATA-ROOT LIVE-RESTORE
#   | container ID NAME PID NAMESPACE SHARED: NAMESPACE is that of its shim, "" if it does not run; SHARED is 1 if it has a bind that
#     sends mounts to the host | unseen WHY: the containers could not be asked for.
# Exit: 0 always when the question could be asked; 64 bad arguments.
# Never: asks a daemon on another host, asks again after the daemon was late, changes anything.
set -eu

namespace_of() { readlink "/proc/$1/ns/$2" 2>/dev/null || :; }

# Inode alone: mnt:[4026531840].
inode_of() {
  inode=$(namespace_of "$1" mnt)
  inode=${inode#*[}
  inode=${inode%]}
}

# Optional fields of the mount that is / for a process: how mounts come and go there.
tags_of() {
  tags=$(awk '$5 == "/" { t = ""; for (i = 7; i <= NF && $i != "-"; i++) t = t (t == "" ? "" : " ") $i } END { print t }' \
    "/proc/$1/mountinfo" 2>/dev/null) || tags=
}

# Parent and start time of a process, fields 4 and 22 of stat.
place_of() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${line##*) }
  parent=$2 start=${20}
}

# The systemd unit: the last part of the path in its control group that names one.
unit_of() {
  unit=$(awk -F / '{ for (i = NF; i > 0; i--) if ($i ~ /\.(service|scope)$/) { print $i; exit } }' "/proc/$1/cgroup" 2>/dev/null) || unit=
}

# A 64-digit id in its control group: it runs in a container.
container_of() {
  container=$(sed -n 's|.*[^0-9a-f]\([0-9a-f]\{64\}\).*|\1|p' "/proc/$1/cgroup" 2>/dev/null | sed -n 1p) || container=
}

# Of our own pid namespace, and in no container: a daemon in a container is none of this host's.
on_host() {
  [ "$(namespace_of "$1" pid)" = "$own" ] || return 1
  container_of "$1"
  [ -z "$container" ]
}

tell_processes() {
  binary='' binary_try='' cmdline=''
  own=$(namespace_of self pid)
  for comm in $(grep -lE '^(dockerd|docker-current|docker|docker-containe|containerd|kubelet|hyperkube)' /proc/[0-9]*/comm 2>/dev/null || :); do
    pid=${comm%/comm}
    pid=${pid#/proc/}
    exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || exe=
    args=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
    case ${exe##*/} in '') name=${args%% *} name=${name##*/} ;; *) name=${exe##*/} ;; esac
    tell_process "${name%' (deleted)'}"
  done
}

tell_process() {
  case $1:$args in
    dockerd:* | dockerd-*:* | docker:*\ daemon* | docker-current:*\ daemon*)
      if ! on_host "$pid" || ! place_of "$pid"; then return 0; fi
      inode_of "$pid"
      tags_of "$pid"
      unit_of "$pid"
      uid=$(stat -c %u "/proc/$pid" 2>/dev/null) || return 0
      record dockerd "$pid" "$start" "$parent" "$uid" "$inode" "$tags" "$unit" "$exe" "$args"
      binary_try=${exe%' (deleted)'}
      cmdline=$args
      ;;
    *shim*:*) ;;
    containerd:* | docker-containerd:* | docker-containerd-current:*)
      if ! on_host "$pid" || ! place_of "$pid"; then return 0; fi
      inode_of "$pid"
      unit_of "$pid"
      record containerd "$pid" "$parent" "$inode" "$unit" "$exe"
      ;;
    kubelet:* | hyperkube:*)
      container_of "$pid"
      record kubelet "$pid" "$container"
      ;;
  esac
}

# Who put the binary there; lists of dpkg are looked into directly, as dpkg -S reads those of every package.
tell_binary() {
  binary=${binary_try:-$(command -v dockerd || command -v dockerd-current || :)}
  if [ -z "$binary" ]; then return 0; fi
  package=none
  case $binary in
    /snap/* | /var/lib/snapd/*) package=snap ;;
    *)
      if grep -lxF -- "$binary" /var/lib/dpkg/info/docker*.list >/dev/null 2>&1; then
        package=deb
      elif command -v rpm >/dev/null; then
        bounded "$limit" rpm -qf -- "$binary"
        if [ "$code" = 0 ]; then package=rpm; fi
      fi
      ;;
  esac
  version=
  if [ "$1" != answered ]; then
    bounded "$limit" "$binary" --version
    if [ "$code" = 0 ]; then version=$(printf '%s\n' "$said" | sed -n 's/^Docker version \([^ ,]*\).*/\1/p'); fi
  fi
  record binary "$binary" "$package" "$version"
}

tell_config() {
  config=$(printf '%s\n' "$cmdline" | sed -n 's/.* --config-file[= ]\([^ ]*\).*/\1/p')
  config=${config:-/etc/docker/daemon.json}
  if [ ! -e "$config" ]; then
    value=no-file
  elif [ ! -f "$config" ] || [ ! -r "$config" ]; then
    value=unreadable
  else
    value=$(tr '\n\r' '  ' <"$config" | sed -n 's/.*"live-restore"[[:space:]]*:[[:space:]]*\(true\|false\).*/\1/p') || value=unreadable
  fi
  record config "$config" "${value:-absent}"
}

# Sets $state and $why; the daemon's own word on itself comes as a record.
ask_engine() {
  find_daemon
  state=stopped why='no dockerd runs and there is no socket'
  if [ -z "$client" ]; then
    state=no-client why='there is no docker client in PATH'
    if [ -z "$daemon_pid" ] && [ -z "$socket" ]; then state=none why='there is neither a docker client nor a dockerd'; fi
    return 0
  fi
  if [ -z "$socket" ]; then return 0; fi
  ask "$limit" info --format "u$tab{{.ServerVersion}}$tab{{.Driver}}$tab{{.DockerRootDir}}$tab{{.LiveRestoreEnabled}}"
  if [ "$code" != late ] && [ "$code" != 0 ]; then ask "$limit" info; fi
  case $code in
    0) ;;
    late) state=late why="docker info was not answered in $limit s${stuck:+, and the client is stuck in state D}" && return 0 ;;
    *) state=refused why="docker info ended with $code: $said" && return 0 ;;
  esac
  # Docker 1.12 has no format for info; the words of its text are the same in all versions.
  facts=$(printf '%s\n' "$said" | awk -F "$tab" '
    /^u\t/ { print; done = 1; exit }
    { line = $0; sub(/^ +/, "", line); at = index(line, ": "); key = substr(line, 1, at - 1); value = substr(line, at + 2) }
    key == "Server Version" { v = value } key == "Storage Driver" { d = value } key == "Docker Root Dir" { r = value }
    key == "Live Restore Enabled" { l = value }
    END { if (!done) printf "u\t%s\t%s\t%s\t%s\n", v, d, r, l }')
  facts=${facts#u"$tab"}
  version=${facts%%"$tab"*} facts=${facts#*"$tab"}
  if [ -z "$version" ]; then
    state=refused why='docker info does not say the version of the daemon'
    return 0
  fi
  driver=${facts%%"$tab"*} facts=${facts#*"$tab"}
  record engine "$version" "$driver" "${facts%%"$tab"*}" "${facts#*"$tab"}"
  state=answered why=
}

# Each container with the mount namespace of its shim, which is the one that its mounts were made in.
tell_containers() {
  ask "$limit" ps -a -q --no-trunc
  if [ "$code" != 0 ]; then record unseen "docker ps: $code" && return 0; fi
  ids=$said
  if [ -z "$ids" ]; then return 0; fi
  format="u$tab{{.ID}}$tab{{.Name}}$tab{{.State.Pid}}$tab"
  format=$format'{{range .Mounts}}{{if or (eq .Propagation "rshared") (eq .Propagation "shared")}}s{{end}}{{end}}'
  # shellcheck disable=SC2086
  ask "$limit" inspect --type container --format "$format" $ids
  lines=$(printf '%s\n' "$said" | sed -n "/^u$tab/p")
  if [ "$code" = late ]; then record unseen "docker inspect: $code" && return 0; fi
  # A container that was removed meanwhile makes the client fail; one that is still listed was not told of.
  if [ "$code" != 0 ]; then
    ask "$limit" ps -a -q --no-trunc
    for id in $said; do
      case $code:$ids:$nl$lines in 0:*"$id"*:*"${nl}u$tab$id$tab"*) continue ;; 0:*"$id"*) ;; 0:*) continue ;; esac
      record unseen "docker inspect: container $id" && return 0
    done
    if [ "$code" != 0 ]; then record unseen "docker ps: $code" && return 0; fi
  fi
  if [ -z "$lines" ]; then return 0; fi
  lines=$(printf '%s\n' "$lines" | awk -F '\t' '
    function parent(pid,  line, f, file) {
      file = "/proc/" pid "/stat"; line = ""
      if ((getline line < file) > 0) close(file)
      if (line == "") return ""
      sub(/.*\) /, "", line); split(line, f, " ")
      return f[2]
    }
    # One stat for all shims; one that is gone meanwhile stays without a namespace.
    function inodes(  command, pid, line, f) {
      for (pid in wanted) command = command " " pid "/ns/mnt"
      if (command == "") return
      command = "cd /proc && stat -L -c \"%i %n\"" command " 2>/dev/null"
      while ((command | getline line) > 0) { split(line, f, /[ \/]/); known[f[2]] = f[1] }
      close(command)
    }
    $1 == "u" {
      shim[++n] = $4 + 0 > 0 ? parent($4 + 0) : ""; if (shim[n] + 0 > 0) wanted[shim[n]] = 1
      name = $3; sub(/^\//, "", name); gsub(/\\/, "\\134", name)
      head[n] = "container\t" $2 "\t" name "\t" $4; tail[n] = $5 == "" ? 0 : 1
    }
    END { inodes(); for (i = 1; i <= n; i++) print head[i] "\t" ((shim[i] in known) ? known[shim[i]] : "") "\t" tail[i] }')
  printf '%s\n' "$lines"
  records=$((records + $(printf '%s\n' "$lines" | awk 'END { print NR }')))
}

main() {
  [ "$#" -eq 1 ] || exit 64
  limit=$1
  case $limit in '' | *[!0-9]*) exit 64 ;; esac
  inode_of 1
  tags_of 1
  record init "$inode" "$tags"
  tell_processes
  tell_config
  ask_engine
  tell_binary "$state"
  record daemon "$state" "$why"
  if [ "$state" = answered ]; then tell_containers; fi
  finish 0
}

main "$@"
