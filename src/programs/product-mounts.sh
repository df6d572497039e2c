# product-mounts: awk functions that product-plan begins with, in $product_mounts: which containers are of the product, which are its
#   monitors, which mounts should go, and the next step for each. They decide as selectProduct, mountsToRelease and mountCourse of
#   product_containers do, and as the plan of monitor_release.
#
# They leave held[1..helds] (mounts, in the order of release) with ground[M] (own: of a container of the product that does not run;
#   monitor: in a monitor, of any other container), way_of[M] (plain, lazy, along: it goes with its holder, or "") and stays[M], the reason for "".
# shellcheck disable=SC2016,SC2034
product_mounts='
# The entry of a list of JSON strings, as docker-state prints the labels that it asks for; "" if there is none.
function label_of(c, at,   i, text, word) {
  text = labels[c]; sub(/^\[/, "", text)
  for (i = 1; match(text, /^("([^"\\]|\\.)*"|null)/); i++) {
    word = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1); sub(/^,/, "", text)
    if (i == at) return word == "null" ? "" : substr(word, 2, length(word) - 2)
  }
  return ""
}

function project_of(c) { return label_of(c, 4) }

function maker_of(c) {
  if (label_of(c, 5) != "") return "swarm service " label_of(c, 5)
  return label_of(c, 2) == "" ? "" : "pod " label_of(c, 1) "/" label_of(c, 2)
}

function like_any(list, many, text,   i) {
  for (i = 1; i <= many; i++) if (matches(list[i], text)) return 1
  return 0
}

function in_product(c) { return (c in by_id) || ((project_of(c) in projects) && project_of(c) != "") || like_any(called_like, likes, name[c]) }

# Of the product, and among those that --only names.
function acts(c) { return in_product(c) && in_limits(c) }

function is_monitor(c,   text) {
  text = image[c]; sub(/.*\//, "", text); sub(/[:@].*/, "", text)
  return (c in monitor_id) || like_any(monitor_name, monitor_names, name[c]) || like_any(monitor_image, monitor_images, text)
}

function lets_go(c) { return is_monitor(c) && (!own_monitors || in_product(c)) }

# True if a name with wildcards or a label without a value means it.
function by_chance(c,   k) {
  if (c in loose) return 1
  for (k = 1; k <= likes; k++) if (called_like[k] ~ /[*?]/ && matches(called_like[k], name[c])) return 1
  return 0
}

# Why what chooses takes in too much; "" if it does not.
function too_wide(   i, c, seen, many, text) {
  if (everything) return ""
  for (i = 1; i <= containers; i++) {
    c = container[i]
    if (!acts(c) || project_of(c) == "" || (project_of(c) in seen)) continue
    if (by_chance(c)) { seen[project_of(c)] = 1; many++; text = text " " project_of(c) }
  }
  return many > 1 ? "its names or labels take in several compose projects:" text : ""
}

# True if an unmount elsewhere reaches a mount: what carries it is a slave, or has a peer in another namespace.
function hears_of(m,   p, i, list) {
  p = up[m]
  if (!p || master[p] != "") return 1
  if (shared[p] == "") return 0
  split(hears[shared[p]], list, " ")
  for (i = 1; i in list; i++) if (ns[list[i]] != ns[m] && shared[list[i]] == shared[p]) return 1
  return 0
}

# The namespaces of monitors that run: home_of[NS] = the monitor.
function find_monitors(   i, c, s, k) {
  for (i = 1; i <= containers; i++) {
    c = container[i]
    if (!living(c) || !lets_go(c)) continue
    for (s = 1; s <= spaces; s++) {
      if (space[s] == host) continue
      for (k = 1; k <= tasked[space[s]]; k++) if (tid[space[s], k] + 0 == main[c]) home_of[space[s]] = c
    }
  }
}

# Private copies of what runs, in the namespaces of monitors; what is mounted nowhere else is no copy.
function find_copies(   m, o, stay) {
  for (m = 1; m <= last; m++) {
    if (!(ns[m] in home_of)) continue
    hold(ns[m]); o = whose(m)
    if (kind[ns[m]] ~ /^(dockerd|containerd|shim)$/ || o < 1 || !alive[o] || mark[m] == "device") continue
    if (owner[o] == inside[ns[m]] || hears_of(m)) continue
    copy[m] = o
  }
  for (m = 1; m <= last; m++) if (!(m in copy)) stay[dev[m]] = 1
  for (m = 1; m <= last; m++) if ((m in copy) && !(dev[m] in stay)) delete copy[m]
}

# The next step for a mount that should go.
function find_way(m,   c, change, first, second) {
  way_of[m] = stays[m] = ""; c = owner[leak[m]]
  hold(ns[m])
  if (goes_along_with(inside[ns[m]], c, m)) { way_of[m] = "along"; return }
  if ((stays[m] = obstacle(m)) != "") return
  if (!dead[c] && !removing[c] && spread(m) != "") {
    stays[m] = "an unmount in " holder_words(ns[m]) " would be repeated elsewhere, and its container may be started any time"
    return
  }
  change = ns[m] ":" id[m]; first = tried["unmount:" change]; second = tried["detach:" change]
  if (first == "") { way_of[m] = "plain"; return }
  if (first == "busy" && second == "" && lazy && !living(c) && type[m] ~ /^(overlay|tmpfs|fuse-overlayfs|fuse\.fuse-overlayfs)$/) { way_of[m] = "lazy"; return }
  stays[m] = "it could not be unmounted: " (second == "" ? first : second)
  sub(/: ok$/, ": it was done, and the mount is still there", stays[m])
}

# What a container of the product holds goes when that is stopped, if it is stopped before the mount must be gone.
function goes_along_with(holder, c, m) {
  if (!absent || daemon != "answered" || ground[m] != "own" || holder == "" || !acts(holder) || maker_of(holder) != "") return 0
  if (is_monitor(holder) || !living(holder) || (("stop:" holder) in tried)) return 0
  return !is_monitor(c)
}

function keep_held(m,   c, own) {
  c = owner[leak[m]]
  hold(ns[m])
  # What Docker has mounted itself, of a container that is only stopped, it unmounts itself.
  own = !living(c) && acts(c) && (dead[c] || removing[c] || (absent && ns[m] != host && kind[ns[m]] !~ /^(dockerd|containerd)$/))
  if (!own && !((ns[m] in home_of) && home_of[ns[m]] != c && in_limits(c))) return
  held[++helds] = m; ground[m] = own ? "own" : "monitor"
  find_way(m)
}

# What does not run first; then, on the ground that it goes, the copies of what does.
function find_mounts(   i, m, c, list) {
  for (i = 1; i <= containers; i++) { c = container[i]; if (!living(c)) adopt(c, layer[c], path[c], 0) }
  for (i = 1; i <= containers; i++) { c = container[i]; if (living(c)) adopt(c, layer[c], path[c], 1) }
  split(mounts[host], list, " ")
  for (i = 1; i in list; i++) if (point[list[i]] == "/") host_root = dev[list[i]]
  survey(); sort_leaks(); find_monitors()
  for (i = 1; i <= ordered; i++) keep_held(order[i])
  if (!live) return
  find_copies()
  for (m in copy) leak[m] = copy[m]
  sort_leaks()
  for (i = 1; i <= ordered; i++) if (order[i] in copy) keep_held(order[i])
}
'
