#!/bin/sh
# Boots one host and becomes its container manager. The overlay mount lives in a
# mount namespace of its own, so it goes when the host goes.
#
#   boot.sh LAB_DIR NAME ADDRESS BASE
set -eu
lab=$1 name=$2 address=$3 base=$4
dir=$lab/hosts/$name
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/cgroups.sh"

if ! ip link show unbusy0 >/dev/null 2>&1; then
  ip link add unbusy0 type bridge 2>/dev/null && ip address add 10.77.0.1/24 dev unbusy0 || :
fi
ip link set unbusy0 up

ip netns add "unbusy-$name"
# The same hardware address after a reset: the machine remembers the last one for up to a minute.
hardware=$(printf '02:00:0a:4d:00:%02x' "${address##*.}")
ip link add "ub-$name" type veth peer name eth0 address "$hardware" netns "unbusy-$name"
ip link set "ub-$name" master unbusy0 up
ip -n "unbusy-$name" address add "$address/24" dev eth0
ip -n "unbusy-$name" link set eth0 up
ip -n "unbusy-$name" link set lo up
# The host sees /proc/sys read-only, and dockerd insists on this one.
ip netns exec "unbusy-$name" sysctl -q -w net.ipv4.ip_forward=1

join_group "$name"
loops=
for device in /dev/loop-control /dev/loop[0-9]*; do [ -e "$device" ] && loops="$loops --bind=$device"; done

# An overlay cannot be the upper layer of another one: what keeps layers gets a folder of the machine's own file system.
binds=
for store in docker containerd containers; do
  mkdir -p "$dir/$store"
  binds="$binds --bind=$dir/$store:/var/lib/$store"
done

mkdir -p "$dir/upper" "$dir/work" "$dir/root"
# shellcheck disable=SC2086 # lists of words
exec unshare --mount --propagation private sh -ec '
  base=$1 dir=$2; shift 2
  mount -t overlay overlay -o "lowerdir=$base,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
  exec systemd-nspawn -D "$dir/root" "$@"
' boot "$base" "$dir" --quiet --register=no --keep-unit --boot --hostname="$name" \
  --network-namespace-path="/run/netns/unbusy-$name" --capability=all --system-call-filter='@keyring bpf' \
  $binds $loops
