# end-group: ends the process group of a session's shell, and looks what is left of it.
#
# Arguments: 1 process group; 2 start time of its leader, or "" if the group is not the session's own;
#   3 pid of the session's shell; 4 its start time (field 22 of /proc/PID/stat).
# Records: left PID STATE COMMAND, one for each process that is still there; zombies do not count.
# Exit: 0 looked, whatever is left.
# Never: signals a group or a process that is not proved to be the session's by pid and start time.
set -u

is_process() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- "$2" ${line##*) }
  [ "${21}" = "$1" ]
}

# PID STATE COMMAND of every living process of the group; for "tree", of the shell and its descendants; for "pids", of those in $pids.
list() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v how="$1" -v group="$group" -v shell="$shell" -v pids=" ${pids:-} " '
    {
      rest = $0; sub(/^.*\) /, "", rest); split(rest, field, " ")
      name = $0; sub(/^[^(]*\(/, "", name); sub(/\) [^)]*$/, "", name); gsub(/[^ -~]|\\/, "?", name)
      parent[$1] = field[2]; pgrp[$1] = field[3]; state[$1] = field[1]; command[$1] = name
    }
    function descends(pid, steps) {
      while (pid != shell && pid in parent && steps++ < 999) pid = parent[pid]
      return pid == shell
    }
    function is_meant(pid) {
      if (how == "pids") return index(pids, " " pid " ")
      return how == "tree" ? descends(pid, 0) : pgrp[pid] == group
    }
    END {
      for (pid in parent)
        if (state[pid] !~ /[ZX]/ && is_meant(pid))
          print pid "\t" state[pid] "\t" command[pid]
    }'
}

# wait_gone TENTHS: true as soon as nothing living of the group is there. kill sees zombies too, and an init may be slow to
# reap them; the list does not, but costs two forks.
wait_gone() {
  tries=$1
  while kill -0 "-$group" 2>/dev/null; do
    tries=$((tries - 1))
    case $tries in *[27]) [ -n "$(list group)" ] || return 0 ;; esac
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1 2>/dev/null || sleep 1
  done
}

end_group() {
  if is_process "$group" "$start" || is_process "$shell" "$shell_start"; then
    kill -TERM "-$group"
    wait_gone 15 || kill -KILL "-$group"
    wait_gone 20
  else
    # Its guard is a member of the group and needs no proof; it acts within a poll and its own grace.
    wait_gone 70
  fi
}

# Stops the tree first, round by round, so that nothing is born between the look and the kill; whatever SIGKILL does not end is no
# descendant of the shell any more then, and is looked for by its number.
end_tree() {
  how=pids pids=
  is_process "$shell" "$shell_start" || return 0
  for _ in 1 2 3 4 5 6 7 8; do
    found=$(list tree | cut -f 1 | sort | tr '\n' ' ')
    [ "$found" != "$pids" ] || break
    pids=$found
    # Word splitting is wanted here and below.
    kill -s STOP $pids
  done
  kill -s KILL $pids
  sleep 1
}

main() {
  group=$1 start=$2 shell=$3 shell_start=$4
  how=group
  [ -n "$start" ] || how=tree
  if [ "$how" = group ]; then end_group 2>/dev/null; else end_tree 2>/dev/null; fi
  list "$how" | awk '{ print "left\t" $0 } END { print "end\t" NR }'
}

main "$@"
