# runtime-state: what containerd, podman, CRI-O and the kubelet of this host say of containers, and what its processes show.
#
# Begins with bounded.sh and runtime-processes.sh. Arguments: 1 seconds for each question; 2 seconds between the two looks at the processes; then, any
#   number and order:
#   ask=RUNTIME     containerd (every one that runs here), or storage (podman, and CRI-O if it runs)
#   id=ID           id of a container whose tasks and shims matter
#   pod=UID         uid of a pod whose tasks and containers matter
#   dir=/DIR        a directory of a layer: is it there?
#   netns=INODE     a network namespace: does a process live there?
# Records: daemon NAME PID STATE ROOT SOCKET, with NAME one of containerd, crio, kubelet (of which only ROOT is set)
#   | answer RUNTIME SOCKET WORD, with WORD one of answered, late, refused, no-client
#   | known RUNTIME SOCKET NAMESPACE ID ended|living NAME | pod UID ID | task TOKEN PID COMMAND, with TOKEN an ID or podUID
#   | store DIR | container LAYER ID NAME | dir DIR | netns INODE | partial WHAT, for a look that was cut short.
# Exit: 0 looked; 13 a tool is missing; 64 bad arguments.
# Never: takes a daemon in another pid namespace for one of this host; starts, stops or writes anything itself.
#   podman finishes removals that failed before whenever it is called; that is its own doing, and can take it many seconds.
set -eu
unset CONTAINER_HOST CONTAINER_CONNECTION CONTAINERD_ADDRESS CONTAINERD_NAMESPACE CONTAINER_RUNTIME_ENDPOINT 2>/dev/null || :

plain_dir() {
  case $1 in /var/run | /var/run/*) dir=${1#/var} ;; *) dir=$1 ;; esac
  dir=${dir%/}
}

# The value of an option of a process: --NAME VALUE, --NAME=VALUE, and the same with one dash.
option() {
  tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null | NAMES=$2 awk '
    BEGIN { n = split(ENVIRON["NAMES"], list, " "); for (i = 1; i <= n; i++) wanted[list[i]] = 1 }
    take { print; exit }
    { name = $0; sub(/=.*/, "", name); sub(/^-+/, "", name) }
    /^-/ && (name in wanted) { if (index($0, "=")) { print substr($0, index($0, "=") + 1); exit } take = 1 }'
}

# A value of `config dump`: TOML, with either kind of quotes; SECTION is empty for the top of the file.
setting() {
  printf '%s\n' "$1" | SECTION=$2 NAME=$3 awk '
    /^[ \t]*\[/ { section = $0; gsub(/[][ \t\r"\047]/, "", section); next }
    section == ENVIRON["SECTION"] && $1 == ENVIRON["NAME"] && $2 == "=" {
      sub(/^[^=]*=[ \t]*/, ""); gsub(/^["\047]|["\047][ \t\r]*$/, ""); print; exit }'
}

daemons() {
  for comm in $(grep -lxE 'containerd|docker-containe|crio|kubelet|kubelite|k3s|k3s-server|k3s-agent' /proc/[0-9]*/comm 2>/dev/null || :); do
    pid=${comm%/comm} pid=${pid#/proc/}
    [ "$(readlink "/proc/$pid/ns/pid")" = "$(readlink /proc/self/ns/pid)" ] || continue
    read -r name <"$comm" || continue
    case $name in
      kubelet | kubelite | k3s*)
        dir=$(option "$pid" root-dir)
        record daemon kubelet "$pid" '' "${dir:-/var/lib/kubelet}" ''
        ;;
      crio)
        crio=$(option "$pid" listen)
        plain_dir "${crio:-/run/crio/crio.sock}" && crio=$dir
        record daemon crio "$pid" '' '' "$crio"
        ;;
      *) containerd "$pid" ;;
    esac
  done
}

containerd() {
  exe=$(readlink "/proc/$1/exe") || return 0
  # After an upgrade the new program reads the same configuration.
  exe=${exe%" (deleted)"}
  config=$(option "$1" 'config c')
  dump=''
  if [ -x "$exe" ]; then
    bounded "$seconds" "$exe" ${config:+--config "$config"} config dump
    if [ "$code" = 0 ]; then dump=$said; fi
  fi
  state=$(option "$1" state) && state=${state:-$(setting "$dump" '' state)}
  root=$(option "$1" root) && root=${root:-$(setting "$dump" '' root)}
  socket=$(option "$1" 'address a') && socket=${socket:-$(setting "$dump" grpc address)}
  plain_dir "${state:-/run/containerd}" && state=$dir
  plain_dir "${root:-/var/lib/containerd}" && root=$dir
  plain_dir "${socket:-/run/containerd/containerd.sock}" && socket=$dir
  record daemon containerd "$1" "$state" "$root" "$socket"
  case $asked in *" containerd "*) ask_containerd ;; esac
}

# True if the last question was answered; else it says how it was not.
answered() {
  case $code in 0) return 0 ;; late) record answer "$1" "$2" late ;; *) record answer "$1" "$2" refused ;; esac
  return 1
}

ask_ctr() { bounded "$seconds" "$ctr" --address "$socket" --connect-timeout "${seconds}s" --timeout "${seconds}s" "$@"; }

# Containers and tasks of every namespace; a container without a task, or whose task has stopped, has ended.
ask_containerd() {
  ctr=''
  for try in "${exe%/*}/ctr" "$(command -v ctr || :)"; do
    if [ -z "$ctr" ] && [ -x "$try" ]; then ctr=$try; fi
  done
  if [ -z "$ctr" ]; then record answer containerd "$socket" no-client && return 0; fi
  ask_ctr namespaces ls -q
  answered containerd "$socket" || return 0
  for space in $said; do
    case $space in moby | plugins.moby) continue ;; esac
    ask_ctr --namespace "$space" tasks ls
    answered containerd "$socket" || return 0
    tasks=$said
    ask_ctr --namespace "$space" containers ls -q
    answered containerd "$socket" || return 0
    for id in $said; do
      word=$(printf '%s\n' "$tasks" | ID=$id awk '$1 == ENVIRON["ID"] { print $3; exit }')
      case $word in '' | STOPPED) word=ended ;; *) word=living ;; esac
      record known containerd "$socket" "$space" "$id" "$word" ''
    done
    for pod in $pods; do
      ask_ctr --namespace "$space" containers ls -q "labels.\"io.kubernetes.pod.uid\"==$pod"
      answered containerd "$socket" || return 0
      for id in $said; do record pod "$pod" "$id"; done
    done
  done
  record answer containerd "$socket" answered
}

ask_podman() {
  command -v podman >/dev/null || return 0
  bounded "$seconds" podman ps --all --external --no-trunc --format '{{.ID}} {{.Exited}} {{.Names}}'
  answered podman '' || return 0
  found=$(printf '%s\n' "$said" | grep -E '^[0-9a-f]{64} (true|false)( |$)') || found=''
  while read -r id ended name; do
    [ -n "$id" ] || continue
    case $ended in true) word=ended ;; *) word=living ;; esac
    record known podman '' '' "$id" "$word" "$name"
  done <<EOT
$found
EOT
  record answer podman '' answered
}

# Sandboxes that are not ready, and containers that do not run, have ended.
ask_crio() {
  [ -n "$crio" ] || return 0
  if ! command -v crictl >/dev/null; then record answer crio "$crio" no-client && return 0; fi
  for what in 'ps --quiet --no-trunc' 'pods --quiet --no-trunc --state ready'; do
    # shellcheck disable=SC2086
    ask_crictl $what
    answered crio "$crio" || return 0
    running="$running $said "
  done
  for what in 'ps --all --quiet --no-trunc' 'pods --quiet --no-trunc'; do
    # shellcheck disable=SC2086
    ask_crictl $what
    answered crio "$crio" || return 0
    for id in $said; do
      case " $(printf '%s ' $running) " in *" $id "*) word=living ;; *) word=ended ;; esac
      record known crio "$crio" '' "$id" "$word" ''
    done
  done
  for pod in $pods; do
    ask_crictl pods --quiet --no-trunc --label "io.kubernetes.pod.uid=$pod"
    answered crio "$crio" || return 0
    for id in $said; do record pod "$pod" "$id"; done
  done
  record answer crio "$crio" answered
}

ask_crictl() { bounded "$seconds" crictl --runtime-endpoint "unix://$crio" --timeout "${seconds}s" "$@"; }

# The directories of containers/storage, as its configuration has them; and which container has which layer.
stores() {
  for conf in /etc/containers/storage.conf /usr/share/containers/storage.conf ''; do
    if [ -z "$conf" ] || [ -r "$conf" ]; then break; fi
  done
  text=''
  if [ -n "$conf" ]; then text=$(cat "$conf"); fi
  graph=$(setting "$text" storage graphroot) run=$(setting "$text" storage runroot)
  for dir in "${graph:-/var/lib/containers/storage}" "${run:-/run/containers/storage}"; do
    plain_dir "$dir"
    [ -d "$dir/overlay-containers" ] || continue
    whole=1
    for list in "$dir"/overlay-containers/*containers.json; do
      [ -e "$list" ] || continue
      bounded "$seconds" cat "$list"
      if [ "$code" != 0 ]; then whole='' && continue; fi
      listed=$(printf '%s\n' "$said" | tr '{' '\n' | awk "$layers")
      relay "$listed"
      also "$listed"
    done
    if [ -n "$whole" ]; then record store "$dir"; else record partial "$dir"; fi
  done
}

# Each container begins with its id; what its metadata hold is escaped, and so is no key of its own.
# shellcheck disable=SC2016
layers='
/^"id":"[0-9a-f]/ {
  id = substr($0, 7); sub(/".*/, "", id)
  name = match($0, /"names":\["[A-Za-z0-9_.-]+"/) ? substr($0, RSTART + 10, RLENGTH - 11) : ""
  if (match($0, /"layer":"[0-9a-f]+"/)) print "container\t" substr($0, RSTART + 9, RLENGTH - 10) "\t" id "\t" name
}'

# Lines of an awk that are records already.
relay() {
  if [ -z "$1" ]; then return 0; fi
  printf '%s\n' "$1"
  records=$((records + $(printf '%s\n' "$1" | awk 'END { print NR }')))
}

# Containers of the layers that were asked for: their processes matter too.
also() {
  for id in $(printf '%s\n' "$1" | DIRS="$dirs" awk -F '\t' '
    BEGIN { n = split(ENVIRON["DIRS"], list, "\n"); for (i = 1; i <= n; i++) { sub(/.*\//, "", list[i]); wanted[list[i]] = 1 } }
    $2 in wanted { print $3 }'); do
    ids="$ids $id" words="$words -e $id"
  done
}

main() {
  [ "$#" -ge 2 ] || exit 64
  command -v awk >/dev/null && command -v xargs >/dev/null || exit 13
  seconds=$1 pause=$2
  shift 2
  asked=' ' ids='' pods='' dirs='' nets='' words='' crio='' running=''
  for word do
    case $word in
      ask=containerd | ask=storage) asked="$asked${word#ask=} " ;;
      id=?*) ids="$ids ${word#id=}" words="$words -e ${word#id=}" ;;
      pod=?*)
        pods="$pods ${word#pod=}"
        words="$words -e pod${word#pod=} -e pod$(printf '%s' "${word#pod=}" | tr - _)"
        ;;
      dir=/?*) dirs="$dirs$nl${word#dir=}" ;;
      netns=[0-9]*) nets="$nets ${word#netns=}" ;;
      *) exit 64 ;;
    esac
    case $word in *[!A-Za-z0-9_.:=/-]*) exit 64 ;; esac
  done
  processes
  networks
  if [ "$pause" != 0 ]; then sleep "$pause"; fi
  daemons
  case $asked in *" storage "*) stores && ask_podman && ask_crio ;; esac
  for dir in $dirs; do
    if [ -d "$dir" ]; then record dir "$dir"; fi
  done
  processes
  networks
  finish 0
}

main "$@"
