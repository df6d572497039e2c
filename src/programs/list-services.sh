# list-services: the services of this host that are not simply inactive, by one call of systemctl show.
#
# Begins with bounded.sh. Arguments: 1 seconds that systemd may take to answer.
# Records: service NAME ACTIVE-STATE SUB-STATE TYPE MAIN-PID START NEED-DAEMON-RELOAD, with START in microseconds of CLOCK_MONOTONIC, and
#   yes or no at the end; manager none if systemd does not run this host (sd_booted(3)); said TEXT where systemctl failed.
# Exit: 0 asked; 12 systemd did not say; 13 no systemctl, or systemd does not run this host; 14 no answer in time.
# Never: loads, starts or reloads anything.
set -eu

begin() { name='' active='' sub='' type='' pid=0 start=0 reload=no; }

finish_block() {
  case $name:$active in
    :* | *:inactive | *:) ;;
    *) record service "$name" "$active" "$sub" "$type" "$pid" "$start" "$reload" ;;
  esac
  begin
}

main() {
  [ "$#" -eq 1 ] || exit 64
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    record manager none
    finish 13
  fi
  bounded "$1" systemctl --no-pager show -p Id -p ActiveState -p SubState -p Type -p MainPID \
    -p ExecMainStartTimestampMonotonic -p NeedDaemonReload -- '*.service'
  case $code in
    0) ;;
    late) finish 14 ;;
    *)
      record said "$said"
      finish 12
      ;;
  esac
  begin
  while IFS= read -r line; do
    case $line in
      '') finish_block ;;
      Id=*) name=${line#*=} ;;
      ActiveState=*) active=${line#*=} ;;
      SubState=*) sub=${line#*=} ;;
      Type=*) type=${line#*=} ;;
      MainPID=*) pid=${line#*=} ;;
      ExecMainStartTimestampMonotonic=*) start=${line#*=} ;;
      NeedDaemonReload=*) reload=${line#*=} ;;
    esac
  done <<END
$said

END
  finish 0
}

main "$@"
