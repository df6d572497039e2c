# proc-tasks: awk functions that other programs begin with, in $proc_tasks: which tasks live in which mount namespace.
#
# They are fed by main rules that call join() and fill links[PID] (link count of task/), and leave
#   order[1..namespaces], count[NS], task[NS, 1..count]    namespaces by inode, and their tasks
#   home[TID], leader[TID]                                 namespace of a task; process of a thread that has its own
#   gone[TID], chroot[NS]                                  tasks that died meanwhile; 1 if only chrooted tasks are left
# shown[NS] and reader[NS] are theirs: tables that are printed, and the task that each was read of.
# Links are read in batches by one stat for many; nothing in the file systems of a process is touched.
proc_tasks='
function out(record) { print record; records++ }

function lost(tid, why) { out("unreadable\t" ((tid in leader) ? leader[tid] : tid) "\t" why) }

# Text as the kernel writes it into mountinfo.
function esc(text,   i, c, made) {
  if (text !~ CONTROL) return text
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    made = made ((c in escape) ? escape[c] : c)
  }
  return made
}

function join(ns, tid) {
  if (!(ns in count)) order[++namespaces] = ns
  task[ns, ++count[ns]] = tid
  home[tid] = ns
}

# Only processes with more than one thread, and leaders that are gone while their threads live on.
function threads(   pid, patterns) {
  for (pid in links) {
    if (links[pid] + 0 <= 3) continue
    patterns = patterns " " pid "/task/[0-9]*"
    if (length(patterns) > 60000) { walk(patterns); patterns = "" }
  }
  if (patterns != "") walk(patterns)
}

function walk(patterns,   command, line, f, part) {
  command = "set --" patterns "; printf \"%s/ns/mnt\\n\" \"$@\" | xargs stat -L -c \"%i %n\" 2>/dev/null"
  while ((command | getline line) > 0) {
    split(line, f, " "); split(f[2], part, "/")
    if ((part[1] in home) && home[part[1]] "" == f[1] "") continue
    threaded[part[1]] = 1
    if (part[3] in home) continue
    leader[part[3]] = part[1]
    join(f[1] "", part[3])
  }
  close(command)
}

# Reads many links of /proc at once into link["PID/root"] and the like; an answer given twice is not believed.
function ask(names,   command, line, at, name) {
  if (names == "") return
  command = "exec stat -c %N" names " 2>/dev/null"
  while ((command | getline line) > 0) {
    if (!match(line, /[1-9][0-9]*\/(root|exe|ns\/user)/) || RSTART > 2) continue
    name = substr(line, RSTART, RLENGTH)
    at = index(line, " -> ")
    if (at == 0) continue
    line = substr(line, at + 4)
    if (line !~ /^\//) line = substr(line, 2, length(line) - 2)
    if (name in link) line = "?"
    link[name] = line
  }
  close(command)
}

# The roots of the first task of every namespace, in one go.
function roots(   i, tid, names) {
  for (i = 1; i <= namespaces; i++) {
    tid = task[order[i], 1]; rooted[tid] = 1
    names = names " " tid "/root"
    if (length(names) > 60000) { ask(names); names = "" }
  }
  ask(names)
}

# A task of the namespace that lives, and whose root is that of the namespace if there is one; CHROOT says if not.
function pick(ns,   i, tid, names, n) {
  for (;;) {
    for (i = 1; i <= count[ns]; i++) {
      tid = task[ns, i]
      if (!(tid in gone) && ((tid "/root") in link) && link[tid "/root"] == "/") { chroot[ns] = 0; return tid }
    }
    names = ""; n = 0
    for (i = 1; i <= count[ns] && n < 40; i++) {
      tid = task[ns, i]
      if ((tid in gone) || (tid in rooted)) continue
      rooted[tid] = 1; names = names " " tid "/root"; n++
    }
    if (names == "") break
    ask(names)
  }
  chroot[ns] = 1
  for (i = 1; i <= count[ns]; i++) if (!(task[ns, i] in gone)) return task[ns, i]
  return ""
}

function slurp(file,   line, text, n) {
  while ((getline line < file) > 0) text = (n++ ? text "\n" : "") line
  close(file)
  return text
}

# State of a task, with its name in comm and the later fields of its stat in field[]; the name may hold anything.
function status(tid,   text) {
  text = slurp(tid "/stat")
  if (!match(text, /.*\)/)) return ""
  comm = substr(text, index(text, "(") + 1, RLENGTH - index(text, "(") - 1)
  split(substr(text, RLENGTH + 2), field, " ")
  return field[1]
}

function alive(tid,   state) { state = status(tid); return state != "" && state !~ /[ZXx]/ }

function head(tid,   line, w) {
  if ((getline line < (tid "/mountinfo")) < 1) line = "-"
  close(tid "/mountinfo")
  split(line, w, " ")
  return w[1]
}

# Processes whose namespace link cannot be read: a mount has its id in one namespace only, so its table tells which. A task
# without a table has left its namespace already, on its way out.
function blind(   pid, i, tid, id, wanted, left, home_of) {
  for (pid in links) {
    if ((pid in home) || (pid in threaded) || !alive(pid) || (id = head(pid)) == "-") continue
    blinded[pid] = id
    if (!(id in wanted)) { wanted[id] = 1; left++ }
  }
  for (i = 1; i <= namespaces && left > 0; i++) {
    if ((tid = pick(order[i])) == "") continue
    id = head(tid)
    if (id in wanted) { home_of[id] = order[i]; left-- }
  }
  if ("1" in blinded) {
    link["1/root"] = "/"
    if (!(blinded["1"] in home_of)) home_of[blinded["1"]] = "0"
  }
  for (pid in blinded)
    if (blinded[pid] in home_of) join(home_of[blinded[pid]], pid); else lost(pid, "its mount namespace cannot be read")
}

# Namespaces that no task lives in, but a process has open: every open file is looked at, so only on demand.
function openfiles(   command, line, f) {
  command = "set -- [0-9]*/fd/[0-9]*; printf \"%s\\n\" \"$@\" | xargs stat -c %N 2>/dev/null"
  while ((command | getline line) > 0) {
    if (line !~ /^.?[0-9]+\/fd\/[0-9]+.? -> .?mnt:\[[0-9]+\].?$/) continue
    gsub(/[^0-9]+/, " ", line); split(line, f, " ")
    if (!((f[3] "") in count)) out("pin\t" f[3] "\t/proc/" f[1] "/fd/" f[2])
  }
  close(command)
}

# The five lowest tasks of a namespace into keep[1..n]; one that was asked for by its pid is always among them.
function five(ns, keep,   i, k, n, tid, rank, ranks) {
  for (i = 1; i <= count[ns]; i++) {
    tid = task[ns, i] + 0
    if (task[ns, i] in gone) continue
    rank = (task[ns, i] in asked) ? tid - 1e9 : tid
    for (k = n; k > 0 && ranks[k] > rank; k--) if (k < 5) ranks[k + 1] = ranks[k]
    if (k < 5) { ranks[k + 1] = rank; if (n < 5) n++ }
  }
  for (i = 1; i <= n; i++) {
    tid = ranks[i] < 0 ? ranks[i] + 1e9 : ranks[i]
    for (k = i - 1; k > 0 && keep[k] > tid; k--) keep[k + 1] = keep[k]
    keep[k + 1] = tid
  }
  return n + 0
}

function cgroups(tid,   line, text, seen) {
  while ((getline line < (tid "/cgroup")) > 0) {
    sub(/^[^:]*:[^:]*:/, "", line)
    if (!(line in seen)) { seen[line] = 1; text = text (text == "" ? "" : "\n") line }
  }
  close(tid "/cgroup")
  return text
}

function describe(   i, k, n, ns, tid, keep, names) {
  for (i = 1; i <= namespaces; i++) {
    if (!(order[i] in shown)) continue
    n = five(order[i], keep)
    for (k = 1; k <= n; k++) names = names " " keep[k] "/exe"
    names = names " " reader[order[i]] "/ns/user"
    if (length(names) > 60000) { ask(names); names = "" }
  }
  ask(names)
  for (i = 1; i <= namespaces; i++) {
    ns = order[i]
    n = (ns in shown) ? five(ns, keep) : 0
    tid = (ns in reader) ? link[reader[ns] "/ns/user"] : ""
    gsub(/[^0-9]/, "", tid)
    out("ns\t" ns "\t" count[ns] "\t" (tid == "" ? "-" : tid))
    for (k = 1; k <= n; k++) {
      tid = keep[k]
      if (status(tid) == "") continue
      out("task\t" ns "\t" ((tid in leader) ? leader[tid] : tid) "\t" tid "\t" field[20] "\t" esc(comm) "\t" \
        esc(link[tid "/exe"]) "\t" esc(cgroups(tid)))
    }
  }
}
'
