# block-device: what stands upon a block device and beneath it, and which processes have one of these open.
#
# Begins with bounded.sh. Arguments: 1 seconds for each step; 2 MAJOR:MINOR, or a path below /dev.
# Records: device MAJ:MIN NAME RELATION OF, with RELATION one of self, partition (of OF), holder (built upon OF: dm, LVM, md, bcache),
#   disk (OF is a partition of it), slave (OF is built upon it) | alias MAJ:MIN /dev/mapper/NAME
#   | loop MAJ:MIN NAME FILE, for every loop device of the host with its backing file | swap NAME
#   | opener PID COMMAND STATE FD NAME, the first 40 | more COUNT | partial openers | refused WHY, one of absent, not-a-device.
# Exit: 0 looked, also if there is no such device; 14 the look at the device did not end in time; 64 bad arguments.
# Never: opens a device; follows a link out of /dev and /sys. Open files are told by the text of their links; only those below
#   /dev are looked at themselves, so that a dead file system cannot hang it.
set -eu

decimal() { number=$((0x$1)):$((0x$2)); }

# Sets $number to the device that is meant.
resolve() {
  case $1 in
    /dev/?*)
      bounded "$seconds" stat -L -c '%F %t %T' -- "$1"
      if [ "$code" = late ]; then finish 14; fi
      if [ "$code" != 0 ]; then record refused absent && finish 0; fi
      case $said in "block special file "*) ;; *) record refused not-a-device && finish 0 ;; esac
      # shellcheck disable=SC2086
      set -- $said
      decimal "$4" "$5"
      ;;
    *[!0-9:]* | *:*:*) exit 64 ;;
    [0-9]*:[0-9]*) number=$1 ;;
    *) exit 64 ;;
  esac
}

# One device, once, and all that stands upon it.
visit() {
  [ -r "$1/dev" ] || return 0
  read -r dev <"$1/dev"
  case $seen in *" $dev "*) return 0 ;; esac
  seen="$seen$dev "
  record device "$dev" "${1##*/}" "$2" "$3"
  if [ -r "$1/dm/name" ]; then
    read -r dm <"$1/dm/name" && record alias "$dev" "/dev/mapper/$dm"
  fi
  for part in "$1"/*/partition; do
    if [ -e "$part" ]; then visit "${part%/partition}" partition "${1##*/}"; fi
  done
  for holder in "$1"/holders/*; do
    if [ -e "$holder" ]; then visit "/sys/class/block/${holder##*/}" holder "${1##*/}"; fi
  done
}

# What it stands on is told, but none of its business.
beneath() {
  if [ -e "$1/partition" ]; then
    disk=${1%/*}
    read -r dev <"$disk/dev" && record device "$dev" "${disk##*/}" disk "${1##*/}"
  fi
  for slave in "$1"/slaves/*; do
    [ -e "$slave" ] || continue
    read -r dev <"/sys/class/block/${slave##*/}/dev" && record device "$dev" "${slave##*/}" slave "${1##*/}"
  done
}

loops() {
  for file in /sys/block/loop*/loop/backing_file; do
    { read -r backing <"$file"; } 2>/dev/null || continue
    loop=${file%/loop/backing_file}
    read -r dev <"$loop/dev" && record loop "$dev" "${loop##*/}" "$backing"
  done
}

swaps() {
  while read -r name _; do
    case $name in /dev/*) record swap "$name" ;; esac
  done </proc/swaps
}

# shellcheck disable=SC2016
open_nodes='
  cd /proc && printf "%s\n" [0-9]*/fd/* | xargs stat -c %N 2>/dev/null |
    grep -E " -> .?/dev/" | grep -vE "/dev/(null|zero|full|random|urandom|tty|ptmx|pts/|shm/|console|fuse|kmsg)" |
    sed "s/ -> .*//" | tr -d "\047\140\042" | xargs stat -L -c "%F:%t:%T:%n" 2>/dev/null || :'

openers() {
  bounded "$seconds" sh -c "$open_nodes"
  if [ "$code" = late ]; then record partial openers; fi
  shown=0 more=0
  for found in $(printf '%s\n' "$said" | sed -n 's/^block special file://p'); do
    major=${found%%:*} found=${found#*:}
    decimal "$major" "${found%%:*}"
    case $seen in *" $number "*) ;; *) continue ;; esac
    fd=${found#*:} pid=${found#*:}
    pid=${pid%%/*}
    { read -r line <"/proc/$pid/stat"; } 2>/dev/null || continue
    command=${line#*\(}
    rest=${line##*) }
    shown=$((shown + 1))
    if [ "$shown" -gt 40 ]; then more=$((more + 1)) && continue; fi
    record opener "$pid" "${command%)*}" "${rest%% *}" "${fd##*/}" "$number"
  done
  if [ "$more" -gt 0 ]; then record more "$more"; fi
}

main() {
  [ "$#" -eq 2 ] || exit 64
  seconds=$1 seen=' ' number=''
  resolve "$2"
  if [ ! -e "/sys/dev/block/$number" ]; then record refused absent && finish 0; fi
  top=$(readlink -f "/sys/dev/block/$number")
  visit "$top" self ''
  beneath "$top"
  loops
  swaps
  openers
  finish 0
}

main "$@"
