#!/bin/sh
# stand-in-unit-files: plays systemctl: units are files of KEY=VALUE lines in $home/units, drop-ins are those of /etc/systemd/system.
# A unit with the line Fail=VERB fails at that verb, one with Falls= does not stay up; its process is a number that grows.
set -eu
home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

value() { sed -n "s/^$2=//p" "$home/units/$1" | sed -n 1p; }

put() {
  grep -v "^$2=" "$home/units/$1" >"$home/new" || :
  printf '%s=%s\n' "$2" "$3" >>"$home/new"
  mv "$home/new" "$home/units/$1"
}

drop_ins() { for file in "/etc/systemd/system/$1.d"/*.conf; do [ ! -f "$file" ] || printf '%s\n' "$file"; done; }

sums() { drop_ins "$1" | while IFS= read -r file; do printf '%s %s\n' "$(sha256sum <"$file")" "$file"; done; }

show() {
  if [ ! -f "$home/units/$1" ]; then
    printf 'Id=%s\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nNeedDaemonReload=no\nMainPID=0\n' "$1"
    return 0
  fi
  loaded=$(cat "$home/loaded/$1" 2>/dev/null) || :
  need=no
  [ "$loaded" = "$(sums "$1")" ] || need=yes
  printf 'Id=%s\nNeedDaemonReload=%s\nDropInPaths=%s\n' "$1" "$need" "$(printf '%s' "$loaded" | sed 's/^[^/]*//' | tr '\n' ' ' | sed 's/ $//')"
  # A drop-in that says so breaks the unit once it was read.
  broken=
  for file in $(drop_ins "$1"); do if [ "$need" = no ] && grep -q '^Breaks=' "$file"; then broken=1; fi; done
  [ -z "$broken" ] || echo LoadState=bad-setting
  grep -v -e '^Fail=' -e '^Falls=' ${broken:+-e '^LoadState='} "$home/units/$1"
}

for verb do case $verb in -*) ;; *) break ;; esac; done
printf '%s\n' "$*" >>"$home/log/calls"
for unit do :; done
if [ -f "$home/units/$unit" ] && [ "$(value "$unit" Fail)" = "$verb" ]; then
  echo "Job for $unit failed." >&2
  exit 1
fi
case $verb in
  show)
    while [ "$1" != -- ]; do shift; done
    shift
    first=1
    for unit do
      [ -n "$first" ] || echo
      first=
      case $unit in *[!A-Za-z0-9:_.@\\-]*) echo "Unit name $unit is not valid." >&2; exit 1 ;; esac
      show "$unit"
    done
    ;;
  daemon-reload)
    for file in "$home"/units/*; do sums "${file##*/}" >"$home/loaded/${file##*/}"; done
    ;;
  start | restart)
    put "$unit" ActiveState "$(if [ -n "$(value "$unit" Falls)" ]; then echo failed; else echo active; fi)"
    put "$unit" SubState running
    put "$unit" MainPID $(($(value "$unit" MainPID) + 1))
    ;;
  stop)
    put "$unit" ActiveState inactive
    put "$unit" SubState dead
    ;;
  enable) put "$unit" UnitFileState enabled ;;
  disable) put "$unit" UnitFileState disabled ;;
  mask)
    put "$unit" UnitFileState masked
    put "$unit" LoadState masked
    ;;
  unmask)
    put "$unit" UnitFileState disabled
    put "$unit" LoadState loaded
    ;;
  *) exit 64 ;;
esac
