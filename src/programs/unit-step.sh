# unit-step: asks systemd for one step on one unit, and says what the unit's journal ends with if that fails.
#
# Begins with bounded.sh. Arguments: 1 start | stop | restart | enable | disable | mask | unmask | reset-failed; 2 the unit; 3 "--runtime" for what
#   lasts until the next boot, or ""; 4 ActiveState and MainPID that are expected, as "STATE PID", or "-"; 5 UnitFileState that is
#   expected, or "-"; 6 seconds that the step may take.
# Records: manager none if systemd does not run this host (sd_booted(3)); found TEXT; refused carries; said TEXT; journal LINE...;
#   state ActiveState SubState Result; stuck PID.
# Exit: 0 done, and a second later what was started still runs; 10 the unit is no longer as expected, nothing was done; 12 refused or
#   failed; 13 no systemctl, or systemd does not run this host; 14 not in time: systemd may still be at it.
# Never: stops the unit that this very session runs in.
set -eu

look() {
  active='' sub='' result='' pid='' file='' group='' type=''
  bounded 20 systemctl --no-pager show -p ActiveState -p SubState -p Result -p MainPID -p UnitFileState -p ControlGroup -p Type -- "$unit"
  if [ "$code" = late ]; then finish 14; fi
  if [ "$code" != 0 ]; then
    record said "$said"
    finish 12
  fi
  while IFS= read -r line; do
    case $line in
      ActiveState=*) active=${line#*=} ;;
      SubState=*) sub=${line#*=} ;;
      Result=*) result=${line#*=} ;;
      MainPID=*) pid=${line#*=} ;;
      UnitFileState=*) file=${line#*=} ;;
      ControlGroup=*) group=${line#*=} ;;
      Type=*) type=${line#*=} ;;
    esac
  done <<END
$said
END
}

check_witness() {
  if [ "$expected" != - ] && [ "$active ${pid:-0}" != "$expected" ]; then
    record found "$unit is $active with main process ${pid:-0}"
    finish 10
  fi
  if [ "$expected_file" != - ] && [ "$file" != "$expected_file" ]; then
    record found "$unit is ${file:-without a unit file}"
    finish 10
  fi
}

# With its control group this session would end too, and nobody would start the unit again.
carries_us() {
  case $group in '' | /) return 1 ;; esac
  while IFS=: read -r _ _ path; do
    case $path/ in "$group"/*) return 0 ;; esac
  done </proc/self/cgroup
  return 1
}

fail() {
  record said "$said"
  look
  record state "$active" "$sub" "$result"
  if command -v journalctl >/dev/null; then
    bounded 5 journalctl -u "$unit" -n 5 -o cat --no-pager
    if [ "$code" = 0 ]; then
      while IFS= read -r line; do record journal "$line"; done <<END
$said
END
    fi
  fi
  finish 12
}

main() {
  [ "$#" -eq 6 ] || exit 64
  verb=$1 unit=$2 runtime=$3 expected=$4 expected_file=$5 limit=$6
  case $verb in start | stop | restart | enable | disable | mask | unmask | reset-failed) ;; *) exit 64 ;; esac
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    record manager none
    finish 13
  fi
  look
  check_witness
  case $verb in
    stop | restart)
      if carries_us; then
        record refused carries
        finish 12
      fi
      ;;
  esac
  bounded "$limit" systemctl --no-ask-password ${runtime:+"$runtime"} "$verb" -- "$unit"
  if [ "$code" = late ]; then
    if [ -n "$stuck" ]; then record stuck "$stuck"; fi
    finish 14
  fi
  [ "$code" = 0 ] || fail
  case $verb in start | restart) ;; *) finish 0 ;; esac
  # A service that falls over at once was called started.
  sleep 1
  look
  case $active:$type in
    active:* | reloading:* | refreshing:*) ;;
    inactive:oneshot | inactive:) [ "$result" = success ] || fail ;;
    *)
      said="$unit did not stay up"
      fail
      ;;
  esac
  finish 0
}

main "$@"
