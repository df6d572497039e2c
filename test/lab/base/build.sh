#!/bin/sh
# Builds the tree that every lab host is an overlay over: a Debian with systemd,
# sshd and Docker Engine, and the accounts the tests log in as.
#
#   build.sh TARGET MIRROR SUITE COMPONENTS KEYRING
#
# The mirror and the keyring are those of the machine's own apt. TARGET must not
# exist; the caller renames it to its final name after exit status 0.
set -eu

target=$1 mirror=$2 suite=$3 components=$4 keyring=$5
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

in_tree() { chroot "$target" "$@"; }

debootstrap --variant=minbase --keyring="$keyring" --components="$components" \
  --include=systemd,systemd-sysv,dbus,openssh-server,iproute2,procps,util-linux,ca-certificates \
  "$suite" "$target" "$mirror"

# Nothing may be started while packages are unpacked.
printf '#!/bin/sh\nexit 101\n' >"$target/usr/sbin/policy-rc.d"
chmod 755 "$target/usr/sbin/policy-rc.d"
apt-config dump | grep '^Acquire::Check' >"$target/etc/apt/apt.conf.d/00machine" || :

mount -t proc proc "$target/proc"
trap 'umount "$target/proc" 2>/dev/null || :' EXIT
echo 'man-db man-db/auto-update boolean false' >"$target/tmp/answers"
in_tree debconf-set-selections /tmp/answers
in_tree apt-get -qq update
in_tree apt-get -qq install -y --no-install-recommends \
  docker.io containerd runc iptables busybox-static perl-base cron sudo opendoas \
  jq curl e2fsprogs tcsh fish mawk gawk podman crun netavark
in_tree apt-get clean
umount "$target/proc"
trap - EXIT
rm -rf "$target/usr/sbin/policy-rc.d" "$target"/var/lib/apt/lists/* "$target"/usr/share/doc/* \
  "$target"/usr/share/man/* "$target"/usr/share/locale/*

# Timers and services that would only add noise to process and mount tables, or time to every boot.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
  e2scrub_reap.service fstrim.timer man-db.timer systemd-timesyncd.service systemd-logind.service \
  dev-hugepages.mount sys-fs-fuse-connections.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  modprobe@.service systemd-modules-load.service systemd-sysusers.service systemd-remount-fs.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service console-getty.service \
  systemd-ask-password-console.path systemd-ask-password-wall.path \
  podman.socket podman.service podman-auto-update.timer podman-auto-update.service podman-restart.service; do
  ln -sf /dev/null "$target/etc/systemd/system/$unit"
done

# A network of plugins that are not installed; netavark is there instead.
rm -rf "$target/etc/cni/net.d"

# Where a host asks for nothing else, awk is mawk, as on a Debian: gawk is there under its own name.
in_tree update-alternatives --set awk /usr/bin/mawk >/dev/null

# A host is one of many over the same tree: nothing that identifies it stays in here.
: >"$target/etc/machine-id"
rm -f "$target"/etc/ssh/ssh_host_* "$target/etc/hostname" "$target/var/lib/dbus/machine-id"
: >"$target/etc/resolv.conf"

cp -R "$here/root/." "$target/"
in_tree /usr/local/lib/lab/accounts.sh
in_tree systemctl enable lab-cgroup.service
