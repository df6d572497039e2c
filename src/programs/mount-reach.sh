# mount-reach: awk functions that hook-plan begins with, in $mount_reach, after those of mount-survey: who holds a namespace, where an
#   unmount would be repeated, and why it must not be done. They decide as the analysis of the controller does (holderOf, PeerGroups,
#   reachOf and the guards of dead_containers), for a host that has no Node.
#
# They read besides: host and own (inodes), users[NS] (user namespace), tasks[NS] (count), tasked[NS] and pid[NS, i] tid[NS, i]
#   start[NS, i] comm[NS, i] exe[NS, i] groups[NS, i] (up to five tasks), pins[NS] and pin[NS, i], name[ID] (of containers),
#   unreadable (why something could not be looked at, or ""), unread (namespaces without a table), never[1..nevers] (globs).
# shellcheck disable=SC2016,SC2034
mount_reach='
# The container that cgroup paths name, one a line: the last component with 64 hex digits; conmon runs beside its container.
function container_of(paths,   line, n, i, c, k) {
  n = split(paths, line, "\n")
  for (i = 1; i <= n; i++) {
    k = split(line[i], c, "/")
    while (k > 0 && hex_word(c[k]) == "") k--
    if (k > 0 && c[k] !~ /^(crio|libpod)-conmon-/) return hex_word(c[k])
  }
  return ""
}

function hex_word(text,   word, n, i) {
  gsub(/[^0-9a-f]+/, " ", text)
  n = split(text, word, " ")
  for (i = 1; i <= n; i++) if (length(word[i]) == 64) return word[i]
  return ""
}

# The unit of the host itself: what lies below it belongs to another manager.
function unit_of(paths,   line, n, i, c, k) {
  n = split(paths, line, "\n")
  for (i = 1; i <= n; i++) {
    k = split(line[i], c, "/")
    for (k = 1; (k in c) && (c[k] == "" || c[k] ~ /\.slice$/); k++);
    if ((k in c) && c[k] ~ /\.(service|scope)$/) return c[k]
  }
  return ""
}

function program_of(space_of, i,   file) {
  file = exe[space_of, i]
  sub(/ \(deleted\)$/, "", file); sub(/.*\//, "", file)
  return file == "" ? comm[space_of, i] : file
}

function runtime(space_of, i,   file) {
  file = program_of(space_of, i)
  if (file ~ /^(docker-)?containerd-shim/ || file ~ /^conmon(rs)?$/) return "shim"
  if (file ~ /^dockerd/ || (file ~ /^docker(-current)?$/ && unit_of(groups[space_of, i]) == "docker.service")) return "dockerd"
  if (file ~ /^(docker-)?containe(rd(-current)?)?$/) return "containerd"
  return ""
}

# Sets kind[NS], called[NS] and inside[NS] (the container): what keeps a namespace.
function hold(space_of,   i, k, word, n, part) {
  if (space_of in kind) return
  kind[space_of] = "process"; inside[space_of] = ""
  if (!tasked[space_of]) {
    called[space_of] = tasks[space_of] + 0 " processes"
    if (pins[space_of]) { kind[space_of] = "pinned"; called[space_of] = pin[space_of, 1] }
    return
  }
  if (space_of == host) { called[space_of] = "host"; return }
  for (i = 1; i <= tasked[space_of]; i++) {
    if ((word = container_of(groups[space_of, i])) == "") continue
    kind[space_of] = "container"; inside[space_of] = word; called[space_of] = (word in name) ? name[word] : substr(word, 1, 12)
    return
  }
  n = split("dockerd containerd shim", part, " ")
  for (k = 1; k <= n; k++)
    for (i = 1; i <= tasked[space_of]; i++)
      if (runtime(space_of, i) == part[k]) { kind[space_of] = part[k]; called[space_of] = program_of(space_of, i); return }
  word = unit_of(groups[space_of, 1])
  kind[space_of] = word == "" ? "process" : "unit"
  called[space_of] = word == "" ? comm[space_of, 1] : word
}

function holder_words(space_of) {
  hold(space_of)
  if (space_of == host) return "the host itself"
  if (kind[space_of] == "pinned") return "a namespace that " called[space_of] " pins"
  if (kind[space_of] == "container" || kind[space_of] == "unit") return kind[space_of] " " called[space_of]
  return called[space_of] (tasked[space_of] ? " (pid " tid[space_of, 1] ")" : "")
}

# Why a namespace still has a mount, in the words of the controller (causeOf); the first that holds, from the outside in.
function cause_of(m,   s, i, list) {
  s = ns[m]; hold(s)
  if (s == host) return "still-mounted-on-host"
  if (inside[s] != "" && inside[s] == owner[leak[m]]) return "process-of-container"
  if (kind[s] == "pinned") return "pinned-namespace"
  for (i = 1; i <= tasked[s] && pid[s, i] != tid[s, i]; i++);
  if (tasked[s] && i > tasked[s]) return "thread-namespace"
  if (kind[s] ~ /^(shim|dockerd|containerd)$/) return "mount-flags-split"
  split(mounts[s], list, " ")
  for (i = 1; kind[s] == "unit" && (i in list); i++) if (root[list[i]] ~ /\/systemd-private-[^\/]+\/tmp$/) return "private-tmp"
  return up[m] && shared[up[m]] == "" && master[up[m]] == "" ? "private-propagation" : "unknown"
}

# Only * and ? are special in a glob.
function matches(glob, text,   i, c, made) {
  for (i = 1; i <= length(glob); i++) {
    c = substr(glob, i, 1)
    if (c == "*") made = made ".*"
    else if (c == "?") made = made "."
    else if (c ~ /[A-Za-z0-9_@:,= -]/) made = made c
    else if (c == "^" || c == "\\") made = made "\\" c
    else made = made "[" c "]"
  }
  return text ~ ("^" made "$")
}

function on_list(text,   i) {
  if (text == "") return 0
  for (i = 1; i <= nevers; i++) if (matches(never[i], text)) { guard = text; return 1 }
  return 0
}

function on_list_unit(text) {
  if (on_list(text)) return 1
  sub(/\.(service|scope)$/, "", text)
  return on_list(text)
}

function on_list_container(text) {
  return text != "" && (on_list((text in name) ? name[text] : "") || on_list(text) || on_list(substr(text, 1, 12)))
}

# Sets guard to the name because of which nothing may be done in a namespace; false if there is none.
function guarded(space_of,   i) {
  if (space_of in guard_of) { guard = guard_of[space_of]; return guard != "" }
  hold(space_of); guard = ""
  if (nevers && !on_list_unit(called[space_of]) && !on_list_container(inside[space_of]) && space_of != host)
    for (i = 1; i <= tasked[space_of]; i++)
      if (on_list(comm[space_of, i]) || on_list(program_of(space_of, i)) || on_list_unit(unit_of(groups[space_of, i])) ||
          on_list_container(container_of(groups[space_of, i]))) break
  guard_of[space_of] = guard
  return guard != ""
}

# The directory that a mount sits on, as the kernel knows it: file system, and path in it; "" if that cannot be told.
function seat(m,   p) {
  if (m in seats) return seats[m]
  p = up[m]
  return seats[m] = p ? place_in(p, point[m]) : ""
}

function place_in(m, path,   top) {
  if (!within(path, point[m])) return ""
  top = root[m]; sub(/\/\/deleted$/, "", top)
  path = path == point[m] ? "" : substr(path, length(point[m]) + (point[m] ~ /\/$/ ? 0 : 1))
  if (path != "") sub(/\/$/, "", top)
  return dev[m] "\t" top path
}

# Every mount that hears of what happens below a peer group: peers, slaves, and what those forward to.
function reached(group,   n, i, k, list, more, seen, got, found) {
  if (group in reach) return reach[group]
  n = 1; list[1] = group; seen[group] = 1
  for (i = 1; i <= n; i++) {
    split(hears[list[i]], more, " ")
    for (k = 1; k in more; k++) {
      if (!(more[k] in got)) { got[more[k]] = 1; found = found " " more[k] }
      if (shared[more[k]] != "" && !(shared[more[k]] in seen)) { seen[shared[more[k]]] = 1; list[++n] = shared[more[k]] }
    }
  }
  return reach[group] = found
}

# The mounts that an unmount takes along elsewhere, with a space before each: the mount that carries it decides.
function spread(m,   p, s, i, k, list, more, found) {
  p = up[m]; s = seat(m)
  if (!p || s == "" || shared[p] == "") return ""
  split(reached(shared[p]), list, " ")
  for (i = 1; i in list; i++) {
    if (list[i] == p) continue
    split(kids[list[i]], more, " ")
    for (k = 1; k in more; k++) if (more[k] != m && seat(more[k]) == s) found = found " " more[k]
  }
  return found
}

# Mounts because of which its path leads elsewhere: stacked on it, or over a directory on the way.
function hiders(m,   before, here, p, seen, list, k, child, found) {
  before = 0
  for (here = m; here && !(here in seen); here = up[here]) {
    seen[here] = 1; p = up[here]
    split(kids[here], list, " ")
    for (k = 1; k in list; k++) if (point[list[k]] == point[here] && list[k] != before) found = found " " list[k]
    if (p && !(p in seen)) {
      split(kids[p], list, " ")
      for (k = 1; k in list; k++) {
        child = list[k]
        if (below(point[here], point[child]) && point[child] != point[p]) found = found " " child
      }
    }
    before = here
  }
  return found
}

# The first of a list of mounts that is no leak, or 0; with a point, one at that place does not count.
function stranger(list, except,   i, m) {
  split(list, m, " ")
  for (i = 1; i in m; i++) if (!(m[i] in leak) && (except == "" || point[m[i]] != except)) return m[i]
  return 0
}

# True if a container has the mount as a volume of its own; copies of a container lie on copies, at places that name it.
function own_volume(m,   n, c, o) {
  hold(ns[m]); o = leak[m]
  if (kind[ns[m]] != "container" || inside[ns[m]] == owner[o]) return 0
  if (up[m] && point[up[m]] == "/") return 1
  return !names_owner(point[m], o) && !(up[m] && (up[m] in leak))
}

# True if the last id in a path is that of the owner, whatever other ids stand before it; any full id ends the search.
function names_owner(path, o,   n, c) {
  n = split(path, c, "/")
  while (n > 0 && !((c[n] in token) && owns(o, c[n])) && !full_id(c[n])) n--
  return n > 0
}

function owns(o, word) { return index(tokens[o], " " word " ") > 0 }

# Why a mount may not be unmounted where it is; "" if it may.
function obstacle(m,   who, other, top, list, i) {
  who = holder_words(ns[m])
  if (point[m] == "/" || (root[m] == "/" && dev[m] == host_root)) return "it is a root file system in " who
  if (users[host] ~ /^[0-9]+$/ && users[ns[m]] ~ /^[0-9]+$/ && users[ns[m]] != users[host])
    return who " lives in a user namespace, which locks its mounts"
  if (own_volume(m)) return who " has it as a volume of its own"
  if (other = stranger(spread(m), "")) return "unmounting it in " who " would also unmount it for what lives: " holder_words(ns[other]) " at " point[other]
  if (!up[m]) return "the mount that carries it is not in the table"
  if (shared[up[m]] != "") {
    if (unreadable != "") return "it is not known how far an unmount in " who " would reach: " unreadable
    if (unread && !(up[m] in leak) && !names_owner(substr(seat(m), index(seat(m), "\t") + 1), leak[m]))
      return "it is not known how far an unmount in " who " would reach: the tables of " unread " namespaces were not read"
  }
  if (other = stranger(descendants(m), point[m])) return "another mount lies on it in " who ": " point[other]
  if (other = stranger(hiders(m), "")) return "another mount hides it in " who ": " point[other]
  if (ns[m] == 0 || (!tasked[ns[m]] && !pins[ns[m]])) return "there is no way into the namespace that holds it"
  return ""
}
'
