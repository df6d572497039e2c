# probe-rmdir-rule: asks the kernel whether it removes a directory that is a mount point in another mount namespace.
#
# Since Linux 3.18 it does, and detaches what is mounted there; before it says EBUSY; on EL7 fs.may_detach_mounts decides.
# One namespace holds a small tmpfs, and another tmpfs on a directory in it; a copy of that namespace unmounts the second one and
# removes the directory. Both live no longer than the two processes in them, however these end.
# Begins with bounded.sh. Arguments: 1 seconds that the probe may take.
# Records: knob VALUE, where fs.may_detach_mounts exists | rule detaches | rule busy | rule unknown WHY.
# Exit: 0 always when it could be tried; 64 bad arguments.
# Never: mounts anything in the namespace of the host or where the host could receive it, makes a file or a directory on the host.
set -eu

# Exit numbers of both halves: 30 busy, 31 detached, 40 not kept from the host, 41 no mount, 42 no unmount, 43 not even a directory
# without a mount is removed, 44 neither detached nor busy. What unshare itself says has none of these.
# The copy receives the unmounts of the host (slave), so that it keeps nothing busy there that is unmounted meanwhile.
# shellcheck disable=SC2016
first='
  mount --make-rslave / 2>/dev/null || exit 40
  for dir in /run /tmp /mnt; do if [ -d "$dir" ]; then break; fi; done
  mount -t tmpfs -o size=64k,mode=0700 unbusy-probe "$dir" || exit 41
  mkdir "$dir/plain" "$dir/point" && mount -t tmpfs -o size=64k,mode=0700 unbusy-probe "$dir/point" || exit 41
  unshare -m sh -c "$0" "$dir" && exit 44
  code=$?
  mounted=no
  while read -r _ _ _ _ point _; do if [ "$point" = "$dir/point" ]; then mounted=yes; fi; done </proc/self/mountinfo
  case $code:$mounted in 30:yes | 31:no | 4?:*) exit "$code" ;; 30:* | 31:*) exit 44 ;; *) exit 41 ;; esac'

# shellcheck disable=SC2016
second='
  mount --make-rslave / 2>/dev/null || exit 40
  umount "$0/point" || exit 42
  rmdir "$0/plain" || exit 43
  rmdir "$0/point" 2>/dev/null && exit 31
  [ -d "$0/point" ] && exit 30
  exit 44'

main() {
  [ "$#" -eq 1 ] || exit 64
  case $1 in '' | *[!0-9]*) exit 64 ;; esac
  if [ -r /proc/sys/fs/may_detach_mounts ]; then
    read -r value </proc/sys/fs/may_detach_mounts || value=
    record knob "$value"
  fi
  if ! command -v unshare >/dev/null; then
    record rule unknown 'there is no unshare (util-linux) on the host'
    finish 0
  fi
  # unshare of util-linux before 2.27 has no --propagation, and leaves everything shared until make-rslave.
  for option in '--propagation slave' ''; do
    # shellcheck disable=SC2086
    bounded "$1" unshare -m $option sh -c "$first" "$second"
    case $code in late | 3[01] | 4?) break ;; esac
  done
  case $code in
    30) record rule busy ;;
    31) record rule detaches ;;
    late) record rule unknown "the probe did not end within $1 s" ;;
    40) record rule unknown 'the copy of the mount namespace could not be kept apart from the host' ;;
    41 | 42) record rule unknown "mounting or unmounting in a namespace of its own failed: $said" ;;
    43) record rule unknown "rmdir does not work there at all: $said" ;;
    44) record rule unknown 'the directory was neither kept nor was its mount detached' ;;
    *) record rule unknown "no mount namespace could be made: $said" ;;
  esac
  finish 0
}

main "$@"
