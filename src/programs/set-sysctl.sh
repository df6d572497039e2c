# set-sysctl: gives one kernel parameter another value, and reads it back.
#
# Arguments: 1 the parameter as a path below /proc/sys; 2 the value that is expected, each white space one blank; 3 the new value, so too.
# Records: found VALUE, which the kernel has afterwards, or had where that is not what was expected; refused read-only.
# Exit: 0 the kernel has the new value; 10 it had another one than expected, nothing was done; 12 it did not take the value.
# Never: writes anything but that one parameter.
set -euf

# Sets $found to the value with each white space as one blank.
look() {
  text=$(cat -- "/proc/sys/$1" 2>/dev/null) || text=''
  # shellcheck disable=SC2086
  set -- $text
  found=$*
}

answer() {
  printf 'found\t%s\n' "$found"
  if [ "$#" -gt 1 ]; then
    printf 'refused\t%s\nend\t2\n' "$2"
  else
    printf 'end\t1\n'
  fi
  exit "$1"
}

main() {
  [ "$#" -eq 3 ] || exit 64
  found=
  [ -f "/proc/sys/$1" ] || answer 10
  look "$1"
  [ "$found" = "$2" ] || answer 10
  [ -w "/proc/sys/$1" ] || answer 12 read-only
  { printf '%s\n' "$3" >"/proc/sys/$1"; } 2>/dev/null || :
  look "$1"
  [ "$found" = "$3" ] || answer 12
  answer 0
}

main "$@"
