# schedule-facts: says what can start a program at given times on this host, and whether systemd understands a calendar expression.
#
# Begins with bounded.sh. Arguments: 1 seconds that each question to systemd may take; 2 a calendar expression (systemd.time(7)), or "".
# Records: machine ID (machine-id(5), where there is one); manager systemd VERSION | manager none (sd_booted(3)); calendar good |
#   calendar bad TEXT | calendar unchecked (there is no systemd-analyze, or it is too old to be asked); cron-directory, if there is
#   /etc/cron.d; cron NAME for each cron daemon of the host itself, NAME being crond-of-busybox for one that does not read that directory.
# Exit: 0 looked; 12 systemd did not say; 14 no answer in time.
# Never: writes, asks a daemon for anything but its version.
set -eu

tell_machine() {
  machine=''
  { read -r machine </etc/machine-id; } 2>/dev/null || :
  case $machine in '' | *[!0-9a-f]*) ;; *) record machine "$machine" ;; esac
}

tell_manager() {
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    record manager none
    return 0
  fi
  bounded "$limit" systemctl --no-pager show -p Version
  if [ "$code" = late ]; then finish 14; fi
  if [ "$code" != 0 ]; then finish 12; fi
  record manager systemd "${said#*Version=}"
}

# An analyzer that does not even know `daily` knows no such question.
tell_calendar() {
  if [ -z "$calendar" ]; then return 0; fi
  if ! command -v systemd-analyze >/dev/null; then
    record calendar unchecked
    return 0
  fi
  bounded "$limit" systemd-analyze calendar -- "$calendar"
  if [ "$code" = 0 ]; then
    record calendar good
    return 0
  fi
  words=$said asked=$code
  bounded "$limit" systemd-analyze calendar -- daily
  if [ "$asked" = late ] || [ "$code" != 0 ]; then record calendar unchecked; else record calendar bad "$words"; fi
}

# Daemons inside of containers have a process namespace of their own, and start nothing here.
tell_cron() {
  if [ -d /etc/cron.d ]; then record cron-directory; fi
  own=$(readlink /proc/self/ns/pid) || exit 12
  for comm in $(grep -lxE 'cron|crond|cronie|busybox' /proc/[0-9]*/comm 2>/dev/null); do
    of=${comm%/comm}
    if [ "$(readlink "$of/ns/pid" 2>/dev/null)" != "$own" ]; then continue; fi
    { read -r name <"$comm"; } 2>/dev/null || continue
    case $(readlink "$of/exe" 2>/dev/null) in
      */busybox*)
        if tr '\0' ' ' <"$of/cmdline" 2>/dev/null | grep -q crond; then record cron crond-of-busybox; fi
        ;;
      *) if [ "$name" != busybox ]; then record cron "$name"; fi ;;
    esac
  done
}

main() {
  [ "$#" -eq 2 ] || exit 64
  limit=$1 calendar=$2
  tell_machine
  tell_manager
  tell_calendar
  tell_cron
  finish 0
}

main "$@"
