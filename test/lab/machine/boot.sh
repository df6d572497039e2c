#!/bin/sh
# Boots one host and becomes its container manager. The overlay mount lives in a
# mount namespace of its own, so it goes when the host goes.
#
#   boot.sh SEAT NAME ADDRESS BASE
set -eu
seat=$1 name=$2 address=$3 base=$4
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/seat.sh"
. "$here/cgroups.sh"
dir=$lab/hosts/$name
link=$(link_of "$name")

if ! ip link show "$bridge" >/dev/null 2>&1; then
  ip link add "$bridge" type bridge 2>/dev/null && ip address add "${address%.*}.1/24" dev "$bridge" || :
fi
ip link set "$bridge" up

ip netns add "$link"
# The same hardware address after a reset: the machine remembers the last one for up to a minute.
hardware=$(printf '02:00:0a:4d:%02x:%02x' "$seat" "${address##*.}")
ip link add "$link" type veth peer name eth0 address "$hardware" netns "$link"
ip link set "$link" master "$bridge" up
ip -n "$link" address add "$address/24" dev eth0
ip -n "$link" link set eth0 up
ip -n "$link" link set lo up
# The host sees /proc/sys read-only, and dockerd insists on this one.
ip netns exec "$link" sysctl -q -w net.ipv4.ip_forward=1

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
  --network-namespace-path="/run/netns/$link" --capability=all --system-call-filter='@keyring bpf' \
  $binds $loops
