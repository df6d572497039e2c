#!/bin/sh
# Ends one host of a lab, or all of them and the network, and removes what they left.
# Needs no record of what was started: everything carries the lab's seat. May be
# repeated at any time.
#
#   teardown.sh SEAT [NAME]
set -u
seat=$1
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
. "$here/seat.sh"
. "$here/cgroups.sh"

# A process that waits for a frozen file system cannot be ended before it is thawed, nor one of a paused container before that goes on.
thaw() { # NAME
  for hierarchy in $(hierarchies); do
    [ -d "$hierarchy/$group/$1" ] || continue
    find "$hierarchy/$group/$1" -mindepth 1 -name freezer.state | while read -r file; do echo THAWED >"$file"; done
    find "$hierarchy/$group/$1" -mindepth 1 -name cgroup.freeze | while read -r file; do echo 0 >"$file"; done
  done
  for pid in $(group_pids "$1"); do
    awk -v pid="$pid" '$0 ~ / - [a-z0-9]+ \/dev\/loop/ { print $3, "/proc/" pid "/root" $5 }' "/proc/$pid/mountinfo" 2>/dev/null
  done | sort -u -k1,1 | while read -r _ path; do fsfreeze --unfreeze "$path" 2>/dev/null; done
}

end_processes() { # NAME
  rounds=0
  while pids=$(group_pids "$1") && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $pids 2>/dev/null
    rounds=$((rounds + 1))
    [ "$rounds" -lt 150 ] || { echo "teardown: $1: these processes do not end: $pids" >&2; return 1; }
    sleep 0.1
  done
}

end_host() { # NAME
  [ -S "$lab/mux/$1" ] && ssh -o ControlPath="$lab/mux/$1" -O exit lab 2>/dev/null
  thaw "$1"
  end_processes "$1"
  remove_group "$1"
  ip netns delete "$(link_of "$1")" 2>/dev/null
  ip link delete "$(link_of "$1")" 2>/dev/null
  losetup --list --noheadings --output NAME,BACK-FILE | awk -v part="/unbusy-lab-$seat.$1." 'index($2, part) { print $1 }' |
    while read -r device; do losetup --detach "$device"; done
  [ -d "$lab/hosts/$1" ] || return 0
  chattr -R -i "$lab/hosts/$1" 2>/dev/null
  rm -rf --one-file-system "$lab/hosts/$1"
}

known_names() {
  ls "$lab/hosts" 2>/dev/null
  ip netns list | awk -v start="$(link_of '')" 'index($1, start) == 1 { print substr($1, length(start) + 1) }'
  for hierarchy in $(hierarchies); do
    find "$hierarchy/$group" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | sed 's|.*/||'
  done
}

if [ $# -gt 1 ]; then
  end_host "$2"
else
  for name in $(known_names | sort -u); do end_host "$name"; done
  ip link delete "$bridge" 2>/dev/null
fi
exit 0
