# check-bystanders: says which of the processes that lived before a step are no longer as they were.
#
# Arguments: any number of PID:START:NAMESPACE:MAJ:MIN, with the start time (field 22 of stat), the inode of the mount namespace and
#   the device of the root mount.
# Records: checked COUNT | harmed PID WHAT, with WHAT one of gone, namespace, root.
# Exit: 0 looked at all of them; 13 a tool is missing; 64 bad arguments.
# Never: touches a file system of theirs; all it reads lies in /proc.
set -eu

main() {
  for word; do case $word in *:*:*:*:*) ;; *) exit 64 ;; esac done
  command -v awk >/dev/null && command -v stat >/dev/null || exit 13
  {
    for word; do printf '/proc/%s/ns/mnt\n' "${word%%:*}"; done
  } | xargs stat -L -c '%i %n' 2>/dev/null | awk '
    BEGIN { count = ARGC - 1; for (i = 1; i <= count; i++) asked[i] = ARGV[i]; ARGC = 1 }
    { split($2, part, "/"); namespace[part[3]] = $1 }
    function start(pid,  line, field) {
      line = ""; if ((getline line < ("/proc/" pid "/stat")) > 0) close("/proc/" pid "/stat")
      sub(/.*\) /, "", line); split(line, field, " ")
      return field[1] == "Z" || field[1] == "X" ? "" : field[20]
    }
    # The last mount on / is the one that is seen.
    function root(pid,  line, field, device) {
      while ((getline line < ("/proc/" pid "/mountinfo")) > 0) { split(line, field, " "); if (field[5] == "/") device = field[3] }
      close("/proc/" pid "/mountinfo")
      return device
    }
    function harmed(pid, what) { print "harmed\t" pid "\t" what; records++ }
    END {
      for (i = 1; i <= count; i++) {
        split(asked[i], want, ":"); pid = want[1]
        if (start(pid) == "" || start(pid) != want[2]) harmed(pid, "gone")
        else if (namespace[pid] != want[3]) harmed(pid, "namespace")
        else if (root(pid) != want[4] ":" want[5]) harmed(pid, "root")
      }
      print "checked\t" count
      print "end\t" records + 1
    }' "$@"
}

main "$@"
