#!/bin/sh
# stand-in-timers: plays systemctl for unit files in /etc/systemd/system: what is loaded is what a daemon-reload last read.
#
# $home/version: the version of systemd; $home/sd: what it remembers; a unit with the line "# masked" is masked, one with "# broken"
# cannot be used; $home/never: timers have no next time. A line X-Facts=KEY=VALUE of a unit adds that property.
set -eu
home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
memory=$home/sd
mkdir -p "$memory"

load() { if [ -f "/etc/systemd/system/$1" ]; then cp "/etc/systemd/system/$1" "$memory/$1.loaded"; else rm -f "$memory/$1.loaded"; fi; }

show() {
  if [ ! -f "$memory/$1.loaded" ]; then load "$1"; fi
  need=no state=inactive file=''
  if ! cmp -s "$memory/$1.loaded" "/etc/systemd/system/$1"; then need=yes; fi
  if [ -f "$memory/$1.active" ]; then state=active; fi
  if [ -f "$memory/$1.loaded" ]; then file=disabled; fi
  if [ -f "$memory/$1.enabled" ]; then file=enabled; fi
  printf 'Id=%s\nActiveState=%s\nSubState=waiting\nMainPID=0\nResult=success\nUnitFileState=%s\n' "$1" "$state" "$file"
  if [ ! -f "$memory/$1.loaded" ]; then printf 'LoadState=not-found\nNeedDaemonReload=no\n' && return 0; fi
  if grep -q '^# masked' "$memory/$1.loaded"; then echo LoadState=masked
  elif grep -q '^# broken' "$memory/$1.loaded"; then printf 'LoadState=bad-setting\nLoadError=x "it lacks a value"\n'
  else echo LoadState=loaded; fi
  printf 'NeedDaemonReload=%s\nFragmentPath=/etc/systemd/system/%s\n' "$need" "$1"
  printf 'ActiveEnterTimestampMonotonic=%s\n' "$(cat "$memory/$1.active" 2>/dev/null || echo 0)"
  sed -n 's/^X-Facts=//p' "$memory/$1.loaded"
  if [ "$state" = active ] && [ ! -e "$home/never" ]; then echo 'NextElapseUSecRealtime=Sat 2026-11-21 12:00:00 UTC'; fi
}

for verb do case $verb in -*) ;; *) break ;; esac; done
printf '%s\n' "$*" >>"$home/log"
case $verb in
  show)
    case "$*" in *' -p Version') echo "Version=$(cat "$home/version")" && exit 0 ;; esac
    while [ "$1" != -- ]; do shift; done
    shift
    first=1
    for unit do
      [ -n "$first" ] || echo
      first=
      show "$unit"
    done
    ;;
  daemon-reload) for unit in "$memory"/*.loaded /etc/systemd/system/*.*; do
    unit=${unit##*/}
    unit=${unit%.loaded}
    case $unit in \**) ;; *) load "$unit" ;; esac
  done ;;
  *)
    for unit do :; done
    count=$(cat "$memory/count" 2>/dev/null || echo 0)
    echo $((count + 1)) >"$memory/count"
    case $verb in
      enable) : >"$memory/$unit.enabled" ;;
      disable) rm -f "$memory/$unit.enabled" ;;
      start | restart) echo $((count + 1)) >"$memory/$unit.active" ;;
      stop) rm -f "$memory/$unit.active" ;;
      *) exit 64 ;;
    esac
    ;;
esac
