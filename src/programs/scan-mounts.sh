# scan-mounts: reads every mount namespace of the host once, and prints the whole tables of those that matter.
#
# Arguments, any number and order:
#   token=TEXT      a whole path component (container id, layer directory): tables with a mount that it names
#   path=/DIR       an absolute path: tables that may hold it, found in the full tables of all namespaces
#   device=MAJ:MIN  a file system: tables that hold it, found in the full tables of all namespaces
#   pid=N           the table of this process's namespace (dockerd, containerd, a container)
#   services        tables of namespaces whose first task runs in a *.service, be it the host's or one inside of a container
#   all             every table
#   open-files      also namespaces that only an open file keeps; looks at every open file of every process
# The table of PID 1 is always printed.
#
# Records, escaped as in mountinfo:
#   host INODE                 namespace of PID 1; 0 if its number cannot be read (its table can)
#   own INODE                  namespace of this program; 0 if it cannot be read
#   table INODE TID            a table follows: whose, and the task that it was read of
#   mount LINE                 one line of mountinfo of the table before
#   ns INODE TASKS USERNS      one namespace: tasks in it; user namespace of the task read, or - (also without a table)
#   task INODE PID TID START COMM EXE CGROUPS
#                              up to five of a namespace with a table; CGROUPS = distinct cgroup paths, one a line
#   jail INODE TID             no table, as every task there lives in a chroot: it must be entered to be read
#   pin INODE FILE             a namespace without tasks, and an open file that keeps it (only with open-files)
#   unreadable PID WHY         something that could not be looked at
#   end COUNT
# Exit: 0 done; 12 no usable /proc; 13 a tool is missing; 64 bad arguments.
#
# It never touches a mount point or a file of another process's file systems, so that a dead NFS server cannot hang it:
# all it opens is below /proc, and links there are read, not followed (ns/mnt and task apart, which live in proc itself).
# Nothing is written anywhere. Kernels before 5.8 can tear a table that changes while it is read; there a table is read
# until two readings agree; mountstats, by which tables are chosen, is read once. A task whose root is not the root of its
# namespace sees only a part of it: it is passed over.
for tool in awk stat xargs; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 13; }
done
for word in "$@"; do
  case $word in token=?* | path=/* | device=*:* | pid=[0-9]* | services | all | open-files) ;; *) echo "unknown argument" >&2; exit 64 ;; esac
done
cd /proc 2>/dev/null && [ -r 1/mountinfo ] || { echo "/proc hides PID 1" >&2; exit 12; }

{
  set -- [0-9]*
  printf '%s/ns/mnt\n' self "$@"
  printf '%s/task\n' "$@"
} | xargs stat -L -c '%i %h %n' 2>/dev/null | awk "$proc_tasks"'

# The way back, for any octal number.
function plain(text,   at, made) {
  while (at = index(text, "\\")) {
    made = made substr(text, 1, at - 1) \
      sprintf("%c", substr(text, at + 1, 1) * 64 + substr(text, at + 2, 1) * 8 + substr(text, at + 3, 1))
    text = substr(text, at + 4)
  }
  return made text
}

function load(file,   line, n) {
  while ((getline line < file) > 0) row[++n] = line
  close(file)
  return n + 0
}

# Says that a namespace can only be read from inside.
function jail(ns, tid) {
  if (!(ns in shown)) out("jail\t" ns "\t" tid)
  shown[ns] = 1; reader[ns] = tid
  return 0
}

# Reads a table into row[1..n]; 0 if the namespace is no more, or cannot be read, which it says.
function table(ns,   tid, n, i, tries, last, text, unread) {
  while ((tid = pick(ns)) != "") {
    if (chroot[ns]) return jail(ns, tid)
    n = load(tid "/mountinfo")
    if (n < 1) { gone[tid] = 1; if (alive(tid)) unread = tid; continue }
    for (tries = 1; !steady && tries <= 6; tries++) {
      last = text; text = ""
      for (i = 1; i <= n; i++) text = text row[i] "\n"
      if (text == last) break
      n = load(tid "/mountinfo")
    }
    if (tries > 6) lost(tid, "its mount table kept changing")
    reader[ns] = tid
    return n
  }
  if (unread != "") lost(unread, "its mount table cannot be read")
  return 0
}

# True if a whole component of the path is asked for.
function named(text,   c, n, i) {
  if (index(text, "\\")) text = plain(text)
  n = split(text, c, "/")
  for (i = 1; i <= n; i++) if (c[i] in token) return 1
  return 0
}

# Devices of the devicemapper driver: docker-MAJ:MIN-INODE-LAYER and the -init twin.
function thin(source,   layer) {
  if (source !~ /\/docker-[^\/]*$/) return 0
  layer = source
  sub(/-init$/, "", layer); sub(/.*-/, "", layer)
  return (layer in token) || ((layer "-init") in token)
}

function hex(word) { sub(/-init$/, "", word); return length(word) >= 32 && word ~ /^[0-9a-f]+$/ }

# What a line of mountstats asks for: 3 the whole table; 2 a closer look, as what it shows may be mounted under another
# name; 1 a look at the root mount; 0 nothing.
function judge(line,   w, c, n, k, point, type, source) {
  split(line, w, " ")
  if (w[1] != "device" && w[1] != "no") return 0
  k = (w[2] == "mounted" && w[3] == "on" && w[5] == "with") ? 4 : 5
  source = (k == 5 && w[1] == "device") ? w[2] : ""
  point = w[k]; type = w[k + 3]
  if (named(point) || named(source) || thin(source)) return 3
  if (type == "nsfs") return (point in hostpins) ? 0 : 2
  if (!(type in layered) && source !~ /\/docker-[^\/]*$/ && !(source == "shm" && point != "/dev/shm")) return 0
  if (point == "/") return 1
  n = split(point, c, "/")
  return (hex(c[n]) || hex(c[n - 1]) || (n > 2 && c[n - 1] == "mounts" && hex(c[n - 2]))) ? 0 : 2
}

# Reads mountstats, a third of the cost of mountinfo for the kernel: the highest verdict of its lines, or -1 if there are
# none. Lines that ask for nothing are remembered in their order: most of them come again, in the same order, in every copy.
function verdict(tid,   file, line, any, want, each, k) {
  file = tid "/mountstats"; want = k = 0
  while ((getline line < file) > 0) {
    any = 1
    if (line == dull[k + 1]) { k++; continue }
    if (line in place) { k = place[line]; continue }
    each = judge(line)
    if (!each) { if (dulls < 30000) { dull[++dulls] = line; place[line] = k = dulls } }
    else if (each > want) { want = each; if (want == 3) break }
  }
  close(file)
  return any ? want : -1
}

# The verdict of a namespace; that of its first task stands already, unless that one turned out to live in a chroot.
function glance(ns,   tid, want) {
  while ((tid = pick(ns)) != "") {
    if (chroot[ns]) return jail(ns, tid)
    want = (tid == first[ns]) ? early[ns] : verdict(tid)
    if (want >= 0) return want
    if (alive(tid)) return 3
    gone[tid] = 1
  }
  return 0
}

# True if a line of mountinfo is what is asked for: by name, device, or the directories of an overlay.
function concerns(line,   w, n, i, dash, part) {
  n = split(line, w, " ")
  if ((w[3] in device) || named(w[5]) || (whole && named(w[4])) || w[4] ~ /^mnt:\[/) return 1
  for (dash = 7; dash < n && w[dash] != "-"; dash++);
  if (named(w[dash + 2]) || thin(w[dash + 2])) return 1
  if (!(w[dash + 1] in layered)) return 0
  n = split(w[n], part, ",")
  for (i = 1; i <= n; i++)
    if (part[i] ~ /^(upperdir|workdir)=/ && named(substr(part[i], index(part[i], "=") + 1))) return 1
  return 0
}

# File systems that the tokens and paths name: their numbers find them where no name shows.
function learn(n,   i, w, dev) {
  for (i = 1; i <= n; i++) { split(row[i], w, " "); dev[w[1]] = w[3] }
  for (i = 1; i <= n; i++) {
    split(row[i], w, " ")
    if (w[4] != "/" || !(w[2] in dev) || dev[w[2]] == w[3] || (w[3] in device)) continue
    if ((w[3] ~ /^0:/ && named(w[5])) || (plain(w[5]) in path)) { device[w[3]] = 1; devices++ }
  }
}

function show(ns, n,   i) {
  if ((ns in shown) || n < 1) return
  shown[ns] = 1
  learn(n)
  out("table\t" ns "\t" reader[ns])
  for (i = 1; i <= n; i++) out("mount\t" esc(row[i]))
}

# Shows a table if it concerns us; `root`: only its root mount is asked, which stands among the first lines.
function consider(ns, root,   tid, file, line, w, n, i) {
  if (ns in shown) return
  if (root && (tid = pick(ns)) != "" && !chroot[ns]) {
    file = tid "/mountinfo"
    while (n++ < 20 && (getline line < file) > 0) { split(line, w, " "); if (w[5] == "/" && concerns(line)) i = 1 }
    close(file)
    if (i) show(ns, table(ns))
    return
  }
  n = table(ns)
  for (i = 1; i <= n; i++) if (concerns(row[i])) { show(ns, n); return }
}

# True if a task of the namespace runs in a service; whose, the reader of the records tells.
function serves(ns,   tid) { return (tid = pick(ns)) != "" && cgroups(tid) ~ /\.service(\n|\/|$)/ }

# The tables that are asked for, cheapest question first; what only device numbers tell comes last, until none is new.
function search(   i, ns, want, known) {
  for (i = 1; i <= namespaces; i++) {
    ns = order[i]
    if (everything || (services && serves(ns))) show(ns, table(ns))
    else if (whole) want[ns] = 2
    else if (tokens && !(ns in shown) && (want[ns] = glance(ns)) == 3) show(ns, table(ns))
  }
  do {
    known = devices
    for (i = 1; i <= namespaces; i++) if (want[order[i]]) consider(order[i], want[order[i]] == 1)
  } while (known != devices)
}

BEGIN {
  for (i = 1; i < 128; i++) if (i < 32 || i == 127 || i == 92) escape[sprintf("%c", i)] = sprintf("\\%03o", i)
  CONTROL = "[\001-\037\177\\\\]"
  n = split("overlay aufs btrfs zfs fuse.fuse-overlayfs fuse-overlayfs", part, " ")
  for (i = 1; i <= n; i++) layered[part[i]] = 1
  getline line < "sys/kernel/osrelease"
  split(line, part, ".")
  steady = part[1] + 0 > 5 || (part[1] + 0 == 5 && part[2] + 0 >= 8)
  for (i = 1; i < ARGC; i++) {
    key = ARGV[i]; sub(/=.*/, "", key)
    value = substr(ARGV[i], length(key) + 2)
    if (key == "pid") asked[value] = 1
    else if (key == "device") device[value] = whole = 1
    else if (key == "token") token[value] = tokens = 1
    else if (key == "path") { path[value] = whole = 1; n = split(value, part, "/"); token[part[n]] = 1 }
    else if (key == "all") everything = 1
    else if (key == "services") services = 1
    else openfd = 1
  }
  ARGC = 1
  eager = tokens && !whole && !everything
  while ((getline line < "1/mountinfo") > 0) { split(line, part, " "); if (line ~ / - nsfs /) hostpins[part[5]] = 1 }
  close("1/mountinfo")
}

$3 == "self/ns/mnt" { own = $1 ""; next }
{
  pid = $3; sub(/\/.*/, "", pid)
  if ($3 ~ /task$/) { links[pid] = $2; next }
  join($1 "", pid)
  # While stat is still busy with the others.
  if (eager && count[$1] == 1 && pid != 1) { first[$1] = pid; early[$1] = verdict(pid) }
}

END {
  threads()
  roots()
  blind()
  out("host\t" home["1"])
  out("own\t" (own == "" ? 0 : own))
  n = table(home["1"])
  show(home["1"], n)
  for (pid in asked) if (pid in home) show(home[pid], table(home[pid]))
  search()
  describe()
  if (openfd) openfiles()
  print "end\t" records
}
' "$@"
