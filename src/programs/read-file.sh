# read-file: prints the bytes of a small regular file, raw.
#
# Arguments: 1 the absolute path; 2 the largest size in bytes that may be printed.
# Output: the bytes as they are.
# Exit: 0 printed; 10 it is no regular file any more, or it has grown; 12 it may not be read.
# Never: writes, reads anything but a regular file.
set -eu

main() {
  [ "$#" -eq 2 ] || exit 64
  [ -f "$1" ] || exit 10
  [ -r "$1" ] || exit 12
  size=$(stat -L -c %s -- "$1") || exit 10
  [ "$size" -le "$2" ] || exit 10
  exec cat -- "$1"
}

main "$@"
