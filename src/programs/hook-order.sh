# hook-order: awk functions that the plans of a compiled hook begin with, in $hook_order, after those of mount-reach and hook-records:
#   they print records, put leaks in the order of their release, and tell of an unmount and of what must live on.
# shellcheck disable=SC2016,SC2034
hook_order='
function field_of(text) { gsub(/\\/, "\\134", text); gsub(/\t/, "\\011", text); gsub(/\n/, "\\012", text); return text == "" ? "-" : text }
function out(what, a, b, c, d, e) {
  what = what "\t" field_of(a "")
  if (b != "") what = what "\t" field_of(b "")
  if (c != "") what = what "\t" field_of(c "")
  if (d != "") what = what "\t" field_of(d "")
  if (e != "") what = what "\t" field_of(e "")
  print what
  records++
}

function depth(m,   n, seen) { for (; up[m] && !(m in seen); m = up[m]) { seen[m] = 1; n++ } return n + 0 }

function visit(m,   i, list) {
  if (!(m in leak) || (m in visited)) return
  visited[m] = 1
  split(hiders(m) descendants(m), list, " ")
  for (i = 1; i in list; i++) visit(list[i])
  order[++ordered] = m
}

# Leaks in the order of release: by namespace, deepest first, and what hides another before it.
function sort_leaks(   s, i, k, n, list, by, space_of, some, d) {
  split("", visited); ordered = 0
  for (s = 1; s <= spaces; s++) {
    for (k = s; k > 1 && by[k - 1] + 0 > space[s] + 0; k--) by[k] = by[k - 1]
    by[k] = space[s]
  }
  for (s = 1; s <= spaces; s++) {
    split(mounts[by[s]], list, " "); n = 0
    for (i = 1; i in list; i++) {
      if (!(list[i] in leak)) continue
      d = depth(list[i]); deep[list[i]] = d
      for (k = ++n; k > 1 && (deep[some[k - 1]] < d || (deep[some[k - 1]] == d && id[some[k - 1]] + 0 < id[list[i]] + 0)); k--) some[k] = some[k - 1]
      some[k] = list[i]
    }
    for (k = 1; k <= n; k++) visit(some[k])
  }
}

function key(m) { return ns[m] ":" id[m] ":" dev[m] }

function tell_unmount(m, mode,   s, dir) {
  s = ns[m]; dir = ""
  if (tasked[s]) dir = "/proc/" pid[s, 1] (pid[s, 1] == tid[s, 1] ? "" : "/task/" tid[s, 1])
  print "unmount\t" (mode == "lazy" ? "detach:" : "unmount:") s ":" id[m] "\t" mode "\t" field_of(dir == "" ? pin[s, 1] : dir "/ns/mnt") "\t" s \
    "\t" field_of(dir) "\t" field_of(dir == "" ? "" : start[s, 1]) "\t" id[m] "\t" above[m] \
    "\t" (up[m] && shared[up[m]] != "" ? shared[up[m]] : "-") "\t" dev[m] "\t" field_of(root[m]) "\t" field_of(point[m]) \
    "\t" field_of(type[m]) "\t" field_of(holder_words(s))
  records++
}

# The main process of each container that lives, with the root that it must keep; not of those in leaving[ID].
function tell_watch(   i, c, s, k, n, list, top, seen) {
  for (i = 1; i <= containers; i++) {
    c = container[i]; seen = 0
    if (!living(c) || (c in leaving)) continue
    for (s = 1; s <= spaces && !seen; s++)
      for (k = 1; k <= tasked[space[s]] && !seen; k++) {
        if (tid[space[s], k] + 0 != main[c]) continue
        n = split(mounts[space[s]], list, " "); top = 0
        for (; n > 0 && !top; n--) if (point[list[n]] == "/") top = list[n]
        if (top) { out("watch", main[c] ":" start[space[s], k] ":" space[s] ":" dev[top], name[c]); seen = 1 }
      }
    if (!seen) miss("container " name[c] ": its process " main[c] " was not found, so it cannot be watched")
  }
}
'
