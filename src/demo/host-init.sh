# host-init: first process of a demo host; builds a root of its own, plants the containers, and ends with its stdin.
#
# Runs under unshare(1) in new mount, pid, uts and cgroup namespaces, and a user namespace where we are not root. Arguments: 1 the
#   scratch directory, with bin/ (programs of this host) and docker.sock; 2 the host's name. On stdin, a line each, fields by |:
#   container ID LAYER NAME IMAGE STATUS STARTS, with STATUS up, dead or removing, and STARTS the processes that are started next, with
#   a copy of all dead containers' roots so far; then the line "go".
# Prints: "ready overlay" or "ready tmpfs" (what the containers' roots are made of), once everything is planted.
# Leaves no trace: all it mounts and starts is gone with the namespaces, when the controller closes stdin or dies.
set -eu

build_root() {
  mount -t tmpfs -o mode=755 demo "$root"
  for entry in /usr /bin /sbin /lib /lib32 /lib64 /libx32 /etc /nix /gnu; do
    if [ -h "$entry" ]; then
      ln -s "$(readlink "$entry")" "$root$entry"
    elif [ -d "$entry" ]; then
      mkdir "$root$entry"
      mount --rbind "$entry" "$root$entry"
      mount -o remount,bind,ro "$root$entry" 2>/dev/null || :
    fi
  done
  mkdir "$root/proc" "$root/dev" "$root/run" "$root/var" "$root/var/lib" "$root/tmp" "$root/root" "$root/old"
  ln -s ../run "$root/var/run"
  mount -t proc proc "$root/proc"
  for device in null zero random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -t tmpfs -o mode=755 demo "$root/usr/local"
  mkdir "$root/usr/local/bin"
  cp "$scratch"/bin/* "$root/usr/local/bin/"
  chmod 755 "$root"/usr/local/bin/*
  : >"$root/run/docker.sock"
  mount --bind "$scratch/docker.sock" "$root/run/docker.sock"
}

# One mount of a container's root, as the storage driver makes it; older kernels let only root mount an overlay.
mount_layer() {
  if mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/diff,workdir=$1/work" "$1/merged" 2>/dev/null; then
    kind=overlay
  else
    kind=tmpfs
    mount -t tmpfs -o mode=755 overlay "$1/merged"
  fi
}

field() { printf '%s\t%s\n' "$1" "$2"; }

# What the stand-in docker tells of a container: path of a field, and its value in JSON.
describe() {
  case $status in
    up) word=running text='Up 3 days' running=true dead=false ;;
    removing) word=dead text='Removal In Progress' running=false dead=true ;;
    *) word=dead text=Dead running=false dead=true ;;
  esac
  field .ID "\"$id\""
  field .Names "\"$name\""
  field .Name "\"/$name\""
  field .Image "\"$image\""
  field .Config.Image "\"$image\""
  field .Status "\"$text\""
  field .State "\"$word\""
  field .State.Status "\"$word\""
  field .State.Running "$running"
  field .State.Dead "$dead"
  field .State.Restarting false
  field .State.ExitCode 0
  field .State.Pid "$1"
  field .State.StartedAt '"2026-01-02T03:04:05.000000000Z"'
  if [ "$status" = up ]; then finished=0001-01-01T00:00:00Z; else finished=2026-01-05T06:07:08.000000000Z; fi
  field .State.FinishedAt "\"$finished\""
  field .HostConfig.RestartPolicy.Name '"no"'
  field .HostConfig.Privileged false
  field .GraphDriver '"overlay2"'
  field .Data/MergedDir "\"$layers/$layer/merged\""
}

# Waits until a process has become the program that was started: then it has its namespace.
await_start() {
  tries=0
  while read -r comm <"/proc/$1/comm" && [ "$comm" != "$2" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 400 ] || exit 1
    sleep 0.02
  done
}

# A process with its own private copy of every mount: what keeps a dead container's root mounted.
start_holder() {
  unshare --mount --propagation private "$1" </dev/null >/dev/null 2>&1 &
  await_start "$!" "$1"
}

plant() {
  dir=$layers/$layer
  mkdir -p "$dir/lower" "$dir/diff" "$dir/work" "$dir/merged" "$data/image/overlay2/layerdb/mounts/$id" "$data/containers/$id"
  printf '%s' "$layer" >"$data/image/overlay2/layerdb/mounts/$id/mount-id"
  mount_layer "$dir"
  echo "$name" >"$dir/merged/hostname"
  pid=0
  if [ "$status" = up ]; then
    unshare --mount --propagation slave "$name" </dev/null >/dev/null 2>&1 &
    pid=$!
    await_start "$pid" "$name"
  fi
  describe "$pid" >"/run/stand-in/$id"
}

main() {
  # An ordinary user's PATH often lacks the directories of the system's own programs, such as pivot_root.
  PATH=$PATH:/usr/sbin:/sbin
  nl='
'
  scratch=$1
  exec 3<&0
  root=$scratch/root
  hostname "$2" 2>/dev/null || :
  build_root
  cd "$root"
  pivot_root . old
  cd /
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export PATH
  umount -l /old
  rmdir /old
  mount --make-rshared /
  data=/var/lib/docker
  layers=$data/overlay2
  mkdir -p "$layers" "$data/containers" /run/stand-in
  mkfifo /run/never
  dockerd </dev/null >/dev/null 2>&1 &
  await_start "$!" dockerd
  echo "$!" >/run/docker.pid

  kind=overlay leaked='' living=''
  while IFS='|' read -r word id layer name image status starts; do
    [ "$word" = container ] || break
    if [ "$status" = up ]; then
      living="$living$id|$layer|$name|$image$nl"
    else
      plant
      leaked="$leaked $layer"
      for holder in $starts; do start_holder "$holder"; done
    fi
  done
  # The daemon unmounts a container's root in its own namespace only.
  for layer in $leaked; do umount "$layers/$layer/merged"; done
  # Afterwards, so that no holder has a copy of what lives.
  status=up
  while IFS='|' read -r id layer name image; do
    if [ -n "$id" ]; then plant; fi
  done <<END
$living
END
  echo "ready $kind"
  # Until stdin ends; a shell that waits also buries the orphans of this host.
  cat <&3 >/dev/null &
  wait "$!"
}

main "$@"
