# mount-survey: awk functions that hook-plan begins with, in $mount_survey: whose each mount is. They decide as the analysis of the
#   controller does (Identities and surveyOf), for a host that has no Node.
#
# A mount is a number m, in the order of the tables: ns[m] id[m] up[m] (the mount that carries it, or 0) dev[m] root[m] point[m]
#   shared[m] master[m] type[m] source[m] super[m], kids[m] = the numbers of what it carries, with a space before each.
#   space[1..spaces] are the namespaces with their records, mounts[NS] the numbers of a table, with a space before each.
# An owner is a number o: owner[o] its id, tokens[o] the path components that name it, alive[o]; the dead come first. leak[m] = the dead owner of a mount that should be gone.
# fault is set if a line could not be understood: then nothing may be decided.
# shellcheck disable=SC2016,SC2034
mount_survey='
# Undoes the octal escapes of a record, and again those of mountinfo.
function plain(text,   at, made) {
  while (at = index(text, "\\")) {
    made = made substr(text, 1, at - 1) \
      sprintf("%c", substr(text, at + 1, 1) * 64 + substr(text, at + 2, 1) * 8 + substr(text, at + 3, 1))
    text = substr(text, at + 4)
  }
  return made text
}

function within(path, top) { return path == top || below(path, top) }
function below(path, top) { return path != top && index(path, top ~ /\/$/ ? top : top "/") == 1 }
function full_id(word) { sub(/-init$/, "", word); return length(word) == 64 && word !~ /[^0-9a-f]/ }

# Makes a namespace known; the order of their records decides who is asked first.
function meet(inode) { if (!(inode in met)) { met[inode] = 1; space[++spaces] = inode } }

# One line of mountinfo (proc_pid_mountinfo(5)); a second table of a namespace takes the place of the first.
function take(inode, line,   w, n, i, dash) {
  n = split(line, w, "[ ]")
  for (dash = 7; dash <= n && w[dash] != "-"; dash++);
  if (dash >= n || w[1] !~ /^[0-9]+$/ || w[2] !~ /^[0-9]+$/ || w[3] !~ /^[0-9]+:[0-9]+$/ || w[5] !~ /^\//) {
    fault = "a line that is no mount"
    return
  }
  last++
  mounts[inode] = mounts[inode] " " last
  ns[last] = inode; id[last] = w[1]; above[last] = w[2]; dev[last] = w[3]; root[last] = plain(w[4]); point[last] = plain(w[5])
  for (i = dash - 1; i > 6; i--) {
    if (w[i] ~ /^shared:[0-9]+$/) shared[last] = substr(w[i], 8)
    if (w[i] ~ /^master:[0-9]+$/) master[last] = substr(w[i], 8)
  }
  type[last] = plain(w[dash + 1]); source[last] = plain(w[dash + 2])
  for (i = dash + 3; i <= n; i++) super[last] = super[last] (i > dash + 3 ? " " : "") w[i]
}

# Links the mounts of every table to what carries them.
function plant_trees(   s, i, n, m, list, here) {
  for (s = 1; s <= spaces; s++) {
    split("", here)
    n = split(mounts[space[s]], list, " ")
    for (i = 1; i <= n; i++) here[id[list[i]]] = list[i]
    for (i = 1; i <= n; i++) {
      m = list[i]
      up[m] = (above[m] != id[m] && (above[m] in here)) ? here[above[m]] : 0
      if (up[m]) kids[up[m]] = kids[up[m]] " " m
      if (shared[m] != "") hears[shared[m]] = hears[shared[m]] " " m
      if (master[m] != "" && master[m] != shared[m]) hears[master[m]] = hears[master[m]] " " m
    }
  }
}

# Everything below a mount in its tree, parents first, with a space before each.
function descendants(m,   found, seen, n, i, k, list, more) {
  seen[m] = 1
  n = split(kids[m], list, " ")
  for (i = 1; i <= n; i++) {
    if (list[i] in seen) continue
    seen[list[i]] = 1
    found = found " " list[i]
    k = split(kids[list[i]], more, " ")
    for (k = 1; k in more; k++) list[++n] = more[k]
  }
  return found
}

# A container as something to look for: by its id, its layer and their -init twins.
function adopt(container, layer, path, living,   i, n, word) {
  owner[++owners] = container; alive[owners] = living; tokens[owners] = " "
  n = split(container " " layer, word, " ")
  for (i = 1; i <= n; i++) {
    token[word[i]] = token[word[i] "-init"] = owners
    tokens[owners] = tokens[owners] word[i] " " word[i] "-init "
  }
  if (path != "" && !(path in home)) home[path] = owners
}

function by_layers(m,   part, n, i, c, k, j) {
  if (type[m] !~ /overlay/) return 0
  n = split(super[m], part, ",")
  for (i = 1; i <= n; i++) {
    if (part[i] !~ /^(upperdir|workdir)=/) continue
    k = split(substr(part[i], index(part[i], "=") + 1), c, "/")
    for (j = 1; j <= k; j++) if (c[j] != "" && (c[j] in token)) return token[c[j]]
  }
  return 0
}

# 0: it tells nothing; -1: it is a thin device of somebody whom nobody asked for.
function by_source(m,   c, n, i, word) {
  n = split(source[m], c, "/")
  while (n > 0 && c[n] == "") n--
  word = n ? c[n] : ""
  if (word ~ /^docker-[0-9]+:[0-9]+-[0-9]+-[0-9a-f]+(-init)?$/) {
    sub(/^docker-[0-9]+:[0-9]+-[0-9]+-/, "", word)
    return (word in token) ? token[word] : -1
  }
  if (type[m] != "zfs") return 0
  for (i = 1; i <= n; i++) if (c[i] != "" && (c[i] in token)) return token[c[i]]
  return 0
}

# Places at the end of a path where a file system of one container alone is mounted.
function by_own_place(m,   path, i, rest, tail) {
  if (type[m] !~ /^(overlay|aufs|fuse-overlayfs|fuse\.fuse-overlayfs|tmpfs|mqueue)$/) return 0
  path = point[m]
  if (path in home) return home[path]
  for (i = 1; i <= endings; i++) {
    tail = "/" ending[i]
    rest = length(path) - length(tail)
    if (rest < 2 || substr(path, rest + 1) != tail || substr(path, rest, 1) == "/") continue
    path = substr(path, 1, rest)
    break
  }
  sub(/.*\//, "", path)
  return (path in token) ? token[path] : 0
}

# The number of a whole file system at a place that only its owner has tells it elsewhere. A living owner wins.
function learn(   s, i, n, m, o, list) {
  endings = split("mounts/secrets mounts/shm secrets mqueue rootfs merged shm", ending, " ")
  for (s = 1; s <= spaces; s++) {
    n = split(mounts[space[s]], list, " ")
    for (i = 1; i <= n; i++) {
      m = list[i]
      if (root[m] != "/" || (up[m] && dev[up[m]] == dev[m])) continue
      if (!(o = by_layers(m)) && !(o = by_source(m))) o = by_own_place(m)
      # What a thin device of a stranger is mounted on may still be the place of somebody.
      if (o < 0) o = by_own_place(m)
      if (o < 1) continue
      if (!(dev[m] in device) || (alive[o] && !alive[device[dev[m]]])) device[dev[m]] = o
    }
  }
}

# The owner of a mount, or 0; mark[m] says how it is known.
function whose(m,   o, c, n) {
  if (m in known) return known[m]
  mark[m] = "layers"; o = by_layers(m)
  if (!o) { mark[m] = "source"; o = by_source(m) }
  if (o < 1) { mark[m] = "device"; o = (dev[m] in device) ? device[dev[m]] : 0 }
  if (!o) {
    mark[m] = "place"
    n = split(point[m], c, "/")
    while (n > 0 && !(c[n] in token) && !full_id(c[n])) n--
    o = (n > 0 && (c[n] in token)) ? token[c[n]] : 0
  }
  return known[m] = o
}

# What may go with the tree it sits on: memory, kernel text, or a file system that is mounted elsewhere too.
function harmless(m) { return (dev[m] in elsewhere) || (type[m] in scratch) }

function scratch_types(   n, i, word) {
  n = split("tmpfs ramfs devtmpfs proc sysfs devpts mqueue cgroup cgroup2 overlay securityfs debugfs tracefs bpf hugetlbfs nsfs", word, " ")
  for (i = 1; i <= n; i++) scratch[word[i]] = 1
}

# True if a mount that carries it is none of those that may go.
function on_foreign(m,   seen) {
  for (m = up[m]; m && !(m in seen); m = up[m]) { if (m in foreign) return 1; seen[m] = 1 }
  return 0
}

# Who owns what: by what it is, then what only lies at a place, then what sits on a leak and would go with it unharmed.
function survey(   m, o, i, n, s, list, more, k, going, placed, child) {
  plant_trees(); learn(); scratch_types()
  for (m = 1; m <= last; m++) {
    o = whose(m)
    if (o < 1 || alive[o]) continue
    if (mark[m] == "place") placed[m] = o; else leak[m] = o
  }
  for (m = 1; m <= last; m++) {
    if (!(m in leak) && !(m in placed)) continue
    going[m] = 1
    n = split(descendants(m), list, " ")
    for (i = 1; i <= n; i++) going[list[i]] = 1
  }
  for (m = 1; m <= last; m++) if (!(m in going)) elsewhere[dev[m]] = 1
  for (m in placed) if (!harmless(m)) foreign[m] = 1
  for (m in placed) if (!(m in foreign) && !on_foreign(m)) leak[m] = placed[m]
  for (m = 1; m <= last; m++) {
    if (!(m in leak)) continue
    n = split(kids[m], list, " ")
    for (i = 1; i <= n; i++) {
      child = list[i]
      if ((child in leak) || ((o = whose(child)) > 0 && alive[o]) || !harmless(child)) continue
      leak[child] = leak[m]
      split(kids[child], more, " ")
      for (k = 1; k in more; k++) list[++n] = more[k]
    }
  }
}
'
