#!/bin/sh
# stand-in-systemctl: plays systemd for one service of a namespace world, keeper.service, and one that nobody touches.
#
# Knows: [--no-pager] show -p NAME... -- UNIT|PATTERN... | restart -- keeper.service | daemon-reload, and "adopt PID" for the test.
# Its memory is /run/sd. MountFlags= of the keeper comes from /run/sd/flags, and after a daemon-reload from its drop-in in /etc.
set -eu
store=/run/sd
drop_in=/etc/systemd/system/keeper.service.d/unbusy-propagation.conf

adopt() {
  echo "$1" >"$store/pid"
  echo '0::/system.slice/keeper.service' >"$store/cgroup"
  mount --bind "$store/cgroup" "/proc/$1/cgroup"
}

facts() {
  case $1 in
    keeper.service) pid=$(cat "$store/pid") flags=$(cat "$store/flags") ;;
    *) pid=1 flags='' ;;
  esac
  cat <<END
Id=$1
LoadState=loaded
ActiveState=active
SubState=running
Type=simple
MainPID=$pid
ExecMainStartTimestampMonotonic=${pid}000
NeedDaemonReload=no
PrivateTmp=yes
MountFlags=$flags
DropInPaths=
END
}

show() {
  wanted=' '
  while [ "$1" != -- ]; do
    if [ "$1" = -p ]; then wanted="$wanted$2 " && shift; fi
    shift
  done
  shift
  if [ "$1" = '*.service' ]; then set -- keeper.service other.service; fi
  between=no
  for unit; do
    if [ $between = yes ]; then echo; fi
    between=yes
    facts "$unit" | while IFS= read -r line; do case $wanted in *" ${line%%=*} "*) echo "$line" ;; esac done
  done
}

restart() {
  kill -9 "$(cat "$store/pid")"
  mode=$(cat "$store/flags")
  unshare --mount --propagation "${mode:-slave}" keeper </dev/null >/dev/null 2>&1 &
  pid=$!
  until read -r comm <"/proc/$pid/comm" && [ "$comm" = keeper ]; do sleep 0.02; done
  adopt "$pid"
}

if [ "$1" = --no-pager ]; then shift; fi
verb=$1
shift
case $verb in
  show) show "$@" ;;
  restart) restart ;;
  daemon-reload) if [ -f "$drop_in" ]; then sed -n 's/^MountFlags=//p' "$drop_in" >"$store/flags"; fi ;;
  adopt) adopt "$1" ;;
  *) exit 1 ;;
esac
