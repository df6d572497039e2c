# daemon-reload: lets systemd read its unit files again.
#
# Begins with bounded.sh. Arguments: 1 seconds that it may take.
# Records: manager none if systemd does not run this host (sd_booted(3)); said TEXT where systemctl failed; stuck PID.
# Exit: 0 reloaded; 12 systemd refused; 13 no systemctl, or systemd does not run this host; 14 not in time: it may still go on.
# Never: starts, stops or restarts a unit.
set -eu

main() {
  [ "$#" -eq 1 ] || exit 64
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    record manager none
    finish 13
  fi
  bounded "$1" systemctl daemon-reload
  case $code in
    0) finish 0 ;;
    late)
      if [ -n "$stuck" ]; then record stuck "$stuck"; fi
      finish 14
      ;;
  esac
  record said "$said"
  finish 12
}

main "$@"
