# exclusive-open: whether a block device can be opened by one alone (O_EXCL of open(2)): not while any mount, swap or stacked
#   device has it. What mkfs, losetup, rbd unmap and lvremove need, and what no mount table proves.
#
# Begins with bounded.sh. Arguments: 1 seconds; 2 MAJOR:MINOR.
# Records: exclusive WORD, with WORD one of free, busy, absent (no such device any more) | errno NUMBER | said TEXT | stuck PID.
# Exit: 0 tried; 13 neither perl nor python; 14 not in time; 64 bad arguments.
# Never: writes, creates, or holds on to it: it is opened for reading and closed at once. What is opened is the node of that
#   number below /dev, and compared before anything is done with it.
set -eu

# shellcheck disable=SC2016
in_perl='
  use Fcntl; my ($path) = @ARGV;
  sysopen(my $file, $path, O_RDONLY | O_EXCL | O_NONBLOCK) or do { print $! + 0; exit 1 };
  close $file; exit 0'
# shellcheck disable=SC2016
in_python='
import os, sys
try:
    os.close(os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL | os.O_NONBLOCK))
except OSError as error:
    sys.stdout.write(str(error.errno))
    sys.exit(1)'

verdict() {
  case $code:$said in
    0:*) record exclusive free ;;
    1:16) record exclusive busy ;;
    1:6 | 1:2 | 1:123) record exclusive absent ;;
    late:*)
      if [ -n "$stuck" ]; then record stuck "$stuck"; fi
      finish 14
      ;;
    1:[0-9]*) record errno "$said" ;;
    *) record said "$said" ;;
  esac
  finish 0
}

main() {
  [ "$#" -eq 2 ] || exit 64
  case $2 in *[!0-9:]* | *:*:*) exit 64 ;; [0-9]*:[0-9]*) ;; *) exit 64 ;; esac
  name=''
  if [ -r "/sys/dev/block/$2/uevent" ]; then name=$(sed -n 's/^DEVNAME=//p' "/sys/dev/block/$2/uevent"); fi
  if [ -z "$name" ]; then record exclusive absent && finish 0; fi
  bounded "$1" stat -c '%t %T' -- "/dev/$name"
  # shellcheck disable=SC2086
  set -- "$1" "$2" $said
  if [ "$code" != 0 ] || [ "$((0x$3)):$((0x$4))" != "$2" ]; then record exclusive absent && finish 0; fi
  for tool in perl python3 python; do
    command -v "$tool" >/dev/null || continue
    if [ "$tool" = perl ]; then bounded "$1" perl -e "$in_perl" "/dev/$name"; else bounded "$1" "$tool" -E -s -c "$in_python" "/dev/$name"; fi
    verdict
  done
  finish 13
}

main "$@"
