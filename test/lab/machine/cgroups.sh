# Sourced after seat.sh. Every host runs in a control group of its own, `unbusy-lab-SEAT/NAME`, in
# every hierarchy: systemd instances do not meet, and what a host started can be listed.

hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; }

join_group() { # NAME: moves the calling shell
  for hierarchy in $(hierarchies); do
    mkdir -p "$hierarchy/$group/$1"
    # A new cpuset group starts with no processors and no memory at all.
    for file in cpuset.cpus cpuset.mems; do
      [ -e "$hierarchy/$file" ] || continue
      cat "$hierarchy/$file" >"$hierarchy/$group/$file"
      cat "$hierarchy/$file" >"$hierarchy/$group/$1/$file"
    done
    echo $$ >"$hierarchy/$group/$1/cgroup.procs"
  done
}

group_pids() { # NAME
  for hierarchy in $(hierarchies); do
    [ -d "$hierarchy/$group/$1" ] || continue
    find "$hierarchy/$group/$1" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | grep -vx 0 | sort -un
}

remove_group() { # NAME
  for hierarchy in $(hierarchies); do
    [ -d "$hierarchy/$group/$1" ] || continue
    find "$hierarchy/$group/$1" -depth -type d -exec rmdir {} + 2>/dev/null
    rmdir "$hierarchy/$group" 2>/dev/null
  done
  return 0
}
