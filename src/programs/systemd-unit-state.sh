# systemd-unit-state: says what systemd knows of several units, by one call of systemctl show.
#
# Begins with bounded.sh. Arguments: 1 seconds that systemd may take to answer; 2 the number of properties; then their names; then
#   the names of the units.
# Records: for each unit, in order: unit NAME, and property NAME VALUE for each property that this systemd has; manager none if
#   systemd does not run this host (sd_booted(3)); said TEXT where systemctl failed.
# Exit: 0 asked; 12 systemd did not say; 13 no systemctl, or systemd does not run this host; 14 no answer in time.
# Never: loads, starts or reloads anything that was not loaded anyway.
set -eu

show() {
  wanted=$2
  limit=$1
  shift 2
  while [ "$wanted" -gt 0 ]; do
    set -- "$@" -p "$1"
    shift
    wanted=$((wanted - 1))
  done
  # The units came first in what is left; they go behind the options, and one may be called -.mount.
  set -- "$@" --
  while [ "$1" != -p ]; do
    set -- "$@" "$1"
    shift
  done
  bounded "$limit" systemctl --no-pager show -p Id "$@"
}

print_block() {
  case $1 in
    '') opened=no ;;
    *=*)
      if [ "$opened" = no ]; then
        record unit "$unit"
        opened=yes
      fi
      record property "${1%%=*}" "${1#*=}"
      ;;
  esac
}

main() {
  [ "$#" -ge 4 ] || exit 64
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    record manager none
    finish 13
  fi
  show "$@"
  case $code in
    0) ;;
    late) finish 14 ;;
    *)
      record said "$said"
      finish 12
      ;;
  esac
  shift "$(($2 + 2))"
  opened=no
  while IFS= read -r line; do
    if [ -n "$line" ] && [ "$opened" = no ]; then
      [ "$#" -gt 0 ] || finish 12
      unit=$1
      shift
    fi
    print_block "$line"
  done <<END
$said
END
  [ "$#" -eq 0 ] || finish 12
  finish 0
}

main "$@"
