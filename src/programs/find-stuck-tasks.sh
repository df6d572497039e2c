# find-stuck-tasks: tasks in state D that made no progress between two samples, and what can be read of each beside what it waits for.
#
# Begins with bounded.sh. Arguments: 1 seconds that each look may take; 2 seconds between the two samples, 1 if it is not given.
# Records; on a host without a task in state D there is none but the trailer:
#   sampled MILLISECONDS MACHINE      time between the samples; machine name, by which system calls are numbered
#   task TID PID COMMAND START WAITS-IN KILLED KERNEL PAUSED BLOCKED CALL FD MOUNT TABLE STACK CGROUPS
#                                     no CPU time and no voluntary switch between the samples. KILLED: a SIGKILL is pending; KERNEL: a kernel
#                                     thread; PAUSED: its control group is frozen (yes; partly: a task
#                                     of it would not be; no); BLOCKED: milliseconds since it ran, by the clock of its CPU, or -; CALL FD MOUNT: its
#                                     system call, the first argument if that is an open file, and the mount of that file, or -; TABLE: key
#                                     of its mount table, or -; STACK, CGROUPS: one a line
#   mount TABLE LINE                  a line of mountinfo of a task's table, or of PID 1's (key host): mounts on block devices or in the network
#   device MAJ:MIN NAME SUSPENDED IN-FLIGHT BACKING     a block device of such a mount (SUSPENDED 1 or 0; what is not told is -)
#   more COUNT                        stuck tasks that are not described, as there are others alike of their control group
#   partial                           the look was cut short, or there are too many
# Exit: 0 looked; 64 bad arguments.
# Never: asks for anything of a task that takes its memory lock (cmdline, maps), as that would wait beside it; follows a link of it
#   (cwd, root, fd), names a path of its file systems or opens a device. All that is opened lies in proc and sysfs, in a child that may be left behind.
set -eu

# shellcheck disable=SC2016
awk_words='
function slurp(file,   line, text, n) {
  while ((getline line < file) > 0) text = (n++ ? text "\n" : "") line
  close(file)
  return text
}

function esc(text,   i, n, part, made) {
  gsub(/\\/, "\\134", text)
  gsub(/\t/, "\\011", text)
  n = split(text, part, "\n")
  made = part[1]
  for (i = 2; i <= n; i++) made = made "\\012" part[i]
  return made
}

# What may change of a task while it is stuck: nothing of this. Sets comm and field[], the later fields of its stat.
function progress(dir,   text, n, line, i, switches) {
  text = slurp(dir "/stat")
  if (!match(text, /.*\)/)) return ""
  comm = substr(text, index(text, "(") + 1, RLENGTH - index(text, "(") - 1)
  split(substr(text, RLENGTH + 2), field, " ")
  if (field[1] != "D") return ""
  killed = "no"
  n = split(slurp(dir "/status"), line, "\n")
  for (i = 1; i <= n; i++) {
    if (line[i] ~ /^voluntary_ctxt_switches:/) switches = line[i]
    # The third digit from the right has signals 9 to 12, and SIGKILL is 9.
    if (line[i] ~ /^(SigPnd|ShdPnd):/ && substr(line[i], length(line[i]) - 2, 1) ~ /[13579bdf]/) killed = "yes"
  }
  gsub(/[^0-9]/, "", switches)
  return field[20] ":" field[12] + field[13] ":" switches
}
'

# shellcheck disable=SC2016
first_words='
BEGIN {
  for (i = 1; i < ARGC; i++) {
    dir = ARGV[i]; sub(/\/stat$/, "", dir)
    was = progress("/proc/" dir)
    if (was != "") print dir ":" was
  }
}'

# shellcheck disable=SC2016
second_words='
function hex(text,   i, value) {
  for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
  return value + 0
}

# When a task last ran, by the clock of its CPU in milliseconds (se.exec_start), which stands still while it is blocked.
function ran(file,   text) {
  text = slurp(file)
  if (!match(text, /se\.exec_start[ \t]*:[ \t]*[0-9.]+/)) return 0
  text = substr(text, RSTART, RLENGTH); sub(/.*:[ \t]*/, "", text)
  return text + 0
}

# The same clock now: of a reader that runs on that CPU. Clocks of other CPUs may differ.
function clock(cpu,   line, command) {
  if (cpu in now) return now[cpu]
  command = "taskset -c " cpu " cat /proc/self/sched 2>/dev/null"
  while ((command | getline line) > 0) if (line ~ /se\.exec_start/) { sub(/.*:[ \t]*/, "", line); now[cpu] = line + 0 }
  close(command)
  return now[cpu]
}

# Where the freezer of control groups is mounted, whichever version.
function freezers(   line, w, dash) {
  while ((getline line < "/proc/self/mountinfo") > 0) {
    split(line, w, " ")
    for (dash = 7; w[dash] != "" && w[dash] != "-"; dash++);
    if (w[dash + 1] == "cgroup" && ("," w[dash + 3] ",") ~ /,freezer,/) { old_top = w[5]; old_root = w[4] }
    if (w[dash + 1] == "cgroup2") { new_top = w[5]; new_root = w[4] }
  }
  close("/proc/self/mountinfo")
}

function under(path, root) { return (root != "/" && index(path "/", root "/") == 1) ? substr(path, length(root) + 1) : path }

# Since Linux 6.1 a task may be frozen wherever it sleeps, and its stack does not tell; it counts as state D all the same.
function paused(groups,   n, line, i, path, state) {
  n = split(groups, line, "\n")
  for (i = 1; i <= n; i++) {
    path = line[i]; sub(/^[^:]*:[^:]*:/, "", path)
    if (line[i] ~ /^[0-9]+:([^:]*,)?freezer(,[^:]*)?:/ && old_top != "") state = slurp(old_top under(path, old_root) "/freezer.state")
    if (state == "FROZEN") return "yes"
    if (state == "FREEZING") return "partly"
    if (line[i] ~ /^0::/ && new_top != "" && slurp(new_top under(path, new_root) "/cgroup.events") ~ /frozen 1/) return "yes"
  }
  return "no"
}

function blocked(dir, cpu,   last, there) {
  last = ran(dir "/sched")
  if (last <= 0 || cpu !~ /^[0-9]+$/) return "-"
  there = clock(cpu)
  return there > last ? int(there - last) : "-"
}

# Sets call, fd and mount.
function asked(dir,   w, n, i, line) {
  call = fd = mount = "-"
  split(slurp(dir "/syscall"), w, " ")
  if (w[1] !~ /^[0-9]+$/) return
  call = w[1]
  if (w[2] !~ /^0x[0-9a-f]+$/ || length(w[2]) > 8) return
  i = hex(substr(w[2], 3))
  n = split(slurp(dir "/fdinfo/" i), line, "\n")
  for (w[3] = 1; w[3] <= n; w[3]++) if (line[w[3]] ~ /^mnt_id:/) { fd = i; mount = line[w[3]]; gsub(/[^0-9]/, "", mount) }
}

# Prints what may matter of a table, and gives its key: the id of its first mount, which no other namespace has.
function table(file, key, wanted,   line, w, n, dash) {
  n = 0
  while ((getline line < file) > 0) {
    split(line, w, " ")
    if (n++ == 0) {
      if (key == "") key = (w[1] == host_head) ? "host" : w[1]
      if (key == "host") host_head = w[1]
    }
    if ((key, w[1]) in told) continue
    for (dash = 7; w[dash] != "" && w[dash] != "-"; dash++);
    if (w[3] ~ /^0:/ && w[1] != wanted && w[dash + 1] !~ KEPT) continue
    told[key, w[1]] = 1
    print "mount\t" key "\t" line
    if (w[3] !~ /^0:/ && !(w[3] in device)) { device[w[3]] = 1; order[++devices] = w[3] }
  }
  close(file)
  return n ? key : "-"
}

function describe(at,   dir, text, name, suspended, flight, backing, w) {
  dir = "/sys/dev/block/" at
  text = slurp(dir "/uevent")
  if (!match(text, /DEVNAME=[^\n]*/)) return
  name = substr(text, RSTART + 8, RLENGTH - 8)
  if (slurp(dir "/dm/name") != "") name = "mapper/" slurp(dir "/dm/name")
  suspended = slurp(dir "/dm/suspended")
  split(slurp(dir "/inflight"), w, " ")
  flight = w[1] == "" ? "-" : w[1] + w[2]
  backing = slurp(dir "/loop/backing_file")
  print "device\t" at "\t" esc(name) "\t" (suspended == "1" ? 1 : 0) "\t" flight "\t" (backing == "" ? "-" : esc(backing))
}

BEGIN {
  KEPT = "^(nfs4?|ceph|cifs|smb3|9p|lustre|afs|gfs2|ocfs2|btrfs|zfs|overlay|glusterfs|beegfs|gpfs|fuse|fuseblk|fuse\\..*)$"
  for (i = 1; i < ARGC; i++) {
    split(ARGV[i], was, ":")
    dir = "/proc/" was[1]
    if (progress(dir) != was[2] ":" was[3] ":" was[4]) continue
    # A few of each control group that wait in the same function, so that thousands of them hide no other.
    groups = slurp(dir "/cgroup"); waits = slurp(dir "/wchan")
    if (++alike[groups, waits] > 8) { more++; continue }
    if (++found > 200) { print "partial"; break }
    if (found == 1) { table("/proc/1/mountinfo", "host", ""); freezers() }
    split(was[1], part, "/")
    kernel = int(field[7] / 2097152) % 2 ? "yes" : "no"
    asked(dir)
    key = (kernel == "yes" || tables > 49) ? "-" : table(dir "/mountinfo", "", mount)
    if (key != "-" && !(key in known)) { known[key] = 1; tables++ }
    stack = slurp(dir "/stack")
    print "task\t" part[3] "\t" part[1] "\t" esc(comm) "\t" field[20] "\t" (waits == "0" ? "" : waits) "\t" killed "\t" kernel "\t" \
      paused(groups) "\t" blocked(dir, field[37]) "\t" call "\t" fd "\t" mount "\t" key "\t" esc(stack) "\t" esc(groups)
  }
  for (i = 1; i <= devices; i++) describe(order[i])
  if (more) print "more\t" more
}'

sample() {
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'cd /proc && printf "%s\n" [0-9]*/task/[0-9]*/stat | xargs grep -El ") D [0-9]" 2>/dev/null'
  if [ "$code" = late ]; then partial=yes; fi
}

# Sets $at to the time since boot in hundredths of a second.
uptime_now() {
  read -r at _ </proc/uptime
  at=${at%.*}${at#*.}
}

main() {
  case $#:${2:-1} in 1:1 | 2:[1-9] | 2:[1-9][0-9]) ;; *) exit 64 ;; esac
  seconds=$1 pause=${2:-1} partial=
  sample
  if [ -n "$said" ]; then
    # shellcheck disable=SC2086
    bounded "$seconds" awk "$awk_words$first_words" $said
    case $code in 0) ;; *) partial=yes ;; esac
  fi
  if [ -n "$said" ]; then
    first=$said
    uptime_now
    before=$at
    sleep "$pause"
    uptime_now
    # shellcheck disable=SC2086
    bounded "$seconds" awk "$awk_words$second_words" $first
    case $code in 0) ;; *) partial=yes ;; esac
    if [ -n "$said" ]; then
      record sampled "$(((at - before) * 10))" "$(uname -m)"
      # A line that was cut short is none.
      lines=$(printf '%s\n' "$said" | grep -E "^(task$tab.*$tab.*$tab|mount$tab.*$tab|device$tab.*$tab.*$tab|more$tab|partial$)") || lines=
      if [ -n "$lines" ]; then
        printf '%s\n' "$lines"
        records=$((records + $(printf '%s\n' "$lines" | awk 'END { print NR }')))
      fi
    fi
  fi
  if [ -n "$partial" ]; then record partial; fi
  finish 0
}

main "$@"
