# detach-points: awk functions that hook-plan begins with, in $detach_points, after those of mount-survey and mount-reach: directories whose
#   removal detaches what sits on them in every namespace (vfs_rmdir, Linux 3.18 and later). They decide as the module dead_containers does.
#
# They read besides directory[1..directories] and daemon, and leave covers[I] (the mounts that sit on a directory, with a space before
#   each) and way[m] (the directory that a mount goes with).
# shellcheck disable=SC2016,SC2034
detach_points='
# The directory that a path of our own namespace leads to; "" if it is not to be seen there.
function seat_at(path, inode,   list, i, m, best) {
  split(mounts[inode], list, " ")
  for (i = 1; i in list; i++) {
    m = list[i]
    if (point[m] != "/" && index(path, point[m] "/") != 1) continue
    if (!best || length(point[m]) > length(point[best]) || (length(point[m]) == length(point[best]) && id[m] + 0 > id[best] + 0)) best = m
  }
  return best && hiders(best) == "" ? place_in(best, path) : ""
}

# True if a mount may go with the directory it sits on, which the kernel does without asking whether it is in use.
function detachable(m,   i, list) {
  if (own_volume(m) || stranger(descendants(m), point[m]) || stranger(hiders(m), "") || guarded(ns[m])) return 0
  hold(ns[m]); if (inside[ns[m]] == owner[leak[m]]) return 0
  split(descendants(m), list, " ")
  for (i = 1; i in list; i++)
    if (type[list[i]] ~ /^(tmpfs|ramfs|overlay|hugetlbfs)$/ && !(dev[list[i]] in stays)) return 0
  return 1
}

# Directories of which every mount that sits on them, in any namespace, is a leak of one file system: way[m] is theirs.
function find_directories(   i, m, d, first, good, n) {
  if (unreadable != "" || daemon != "answered") return
  for (m = 1; m <= last; m++) if (!(m in leak)) stays[dev[m]] = 1
  for (i = 1; i <= directories; i++) {
    d = seat_at(directory[i], own); first = 0; good = d != ""; covers[i] = ""
    for (m = 1; good && m <= last; m++) {
      if (seat(m) != d) continue
      if (!first) first = m
      good = (m in leak) && dev[m] == dev[first] && root[m] == root[first] && detachable(m)
      covers[i] = covers[i] " " m
    }
    if (!good || !first) { covers[i] = ""; continue }
    for (n = split(covers[i], list_of, " "); n > 0; n--) if (!(list_of[n] in way)) way[list_of[n]] = i
  }
}
'
