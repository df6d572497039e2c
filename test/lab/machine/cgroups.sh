# Sourced. Every host runs in a control group of its own, `unbusy-lab/NAME`, in every
# hierarchy: systemd instances do not meet, and what a host started can be listed.

hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; }

join_group() { # NAME: moves the calling shell
  for hierarchy in $(hierarchies); do
    mkdir -p "$hierarchy/unbusy-lab/$1"
    # A new cpuset group starts with no processors and no memory at all.
    for file in cpuset.cpus cpuset.mems; do
      [ -e "$hierarchy/$file" ] || continue
      cat "$hierarchy/$file" >"$hierarchy/unbusy-lab/$file"
      cat "$hierarchy/$file" >"$hierarchy/unbusy-lab/$1/$file"
    done
    echo $$ >"$hierarchy/unbusy-lab/$1/cgroup.procs"
  done
}

group_pids() { # NAME
  for hierarchy in $(hierarchies); do
    [ -d "$hierarchy/unbusy-lab/$1" ] || continue
    find "$hierarchy/unbusy-lab/$1" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | grep -vx 0 | sort -un
}

remove_group() { # NAME
  for hierarchy in $(hierarchies); do
    [ -d "$hierarchy/unbusy-lab/$1" ] || continue
    find "$hierarchy/unbusy-lab/$1" -depth -type d -exec rmdir {} + 2>/dev/null
    rmdir "$hierarchy/unbusy-lab" 2>/dev/null
  done
  return 0
}
