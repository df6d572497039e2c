# hook-plan: decides on the host itself what a sweep of dead containers may do next, and what it refuses: the plan of dead_containers
#   for a host that has no Node. Where it does not decide the same, it does less.
#
# Begins with mount-survey.sh, mount-reach.sh, detach-points.sh, hook-records.sh and hook-order.sh. Arguments: 1 what is asked: targets (whom to look for), enter (which
#   namespaces must be entered to be read), plan (one round), detach (may a directory go); 2 a file with records, as hook-records says;
#   from 3 on words: container=NAME-OR-ID (none: all), nobody, only=name:GLOB, only=id:HEX, older=SECONDS, rung=rmdir|unmount|lazy_unmount,
#   never=GLOB, remove; for detach path=DIRECTORY, in=NAMESPACE, cover=NS:ID:MAJ:MIN.
# Records, an empty field as "-":
#   target ID NAME | token WORD | process PID | left-alone ID NAME WHY | gap WHAT
#   unknown WHY                                     nothing may be said of this host
#   enter INODE FILE
#   leak NS:ID:DEV CONTAINER-ID POINT HOLDER CAUSE  a mount that should be gone
#   refused CODE ID NAME WHY                        nothing is done for this container; CODE: unknown if something could not be looked at
#   rmdir CHANGE PATH IDENTITY NS COVERS HOLDERS    steps of this round, in their order
#   unmount CHANGE MODE FILE NS TASK START ID PARENT GROUP DEVICE ROOT POINT TYPE HOLDER
#   removable ID NAME LAYER                         nothing holds it any more; LAYER is left out if it has none
#   watch PID:START:NS:DEV NAME                     what must live on
#   found TEXT                                      why the directory must stay
# Exit: 0 decided; 12 the file cannot be read; 13 no awk; 64 bad arguments.
# Never: changes anything, asks anybody.
set -eu

# shellcheck disable=SC2016
decide='
# The next rung of a mount: rmdir, plain, lazy, or "" with the reason in why.
function rung_of(m,   change, plain_try, lazy_try) {
  why = ""
  if ((m in way) && ("rmdir" in allowed) && !(("rmdir:" own ":" directory[way[m]]) in tried)) return "rmdir"
  why = obstacle(m)
  change = ns[m] ":" id[m]
  plain_try = tried["unmount:" change]; lazy_try = tried["detach:" change]
  if (why != "") return ""
  if (("unmount" in allowed) && plain_try == "") return "plain"
  if (("lazy_unmount" in allowed) && (plain_try == "" || plain_try == "busy") && lazy_try == "" &&
      type[m] ~ /^(overlay|tmpfs|fuse-overlayfs|fuse\.fuse-overlayfs)$/) return "lazy"
  why = lazy_try plain_try == "" ? "nothing more is allowed to free it" : "it could not be unmounted: " (lazy_try != "" ? lazy_try : plain_try)
  sub(/: ok$/, ": it was done, and the mount is still there", why)
  return ""
}

# Why nothing at all is done for a container; "" if something may be.
function target_obstacle(o,   s, i, k) {
  if (owner[o] in left) return "Docker calls it dead, but its " left[owner[o]] " still lives"
  if (unreadable != "") return "it is not known what else uses it: " unreadable
  # The module goes on and reports it; nobody watches a hook, so it does not.
  if (untold != "") return "it is not known which containers live: " untold " cannot be read"
  for (s = 1; s <= spaces; s++)
    for (k = 1; k <= tasked[space[s]]; k++)
      if (container_of(groups[space[s], k]) == owner[o]) return "Docker calls it dead, but its process " tid[space[s], k] " still lives"
  for (i = 1; i <= ordered; i++)
    if (leak[order[i]] == o && guarded(ns[order[i]])) return holder_words(ns[order[i]]) " holds it, and " guard " is on the never list"
  return ""
}

function refuse(o, text, m) {
  closed[o] = 1
  out("refused", unreadable != "" || text ~ /^it is not known/ ? "unknown" : "kept", owner[o], name[owner[o]], (m ? point[m] ": " : "") text)
}

# The directories of this round by name, and who holds what sits on them.
function tell_directories(   i, k, n, list, text, who, sorted, count) {
  for (i = 1; i <= directories; i++) {
    if (!(i in wanted)) continue
    for (k = ++count; k > 1 && directory[sorted[k - 1]] > directory[i]; k--) sorted[k] = sorted[k - 1]
    sorted[k] = i
  }
  for (k = 1; k <= count; k++) {
    i = sorted[k]; text = who = ""
    n = split(covers[i], list, " ")
    while (n > 0) {
      text = key(list[n]) (text == "" ? "" : ",") text
      if (index(who, holder_words(ns[list[n]])) == 0) who = who (who == "" ? "" : ", ") holder_words(ns[list[n]])
      n--
    }
    print "rmdir\t" field_of("rmdir:" own ":" directory[i]) "\t" field_of(directory[i]) "\t" identity[i] "\t" own "\t" text "\t" field_of(who)
    records++
  }
}

# True if it lies on a mount that a directory of this round takes along.
function goes_along(m,   i, k, list) {
  for (i in wanted) {
    split(covers[i], list, " ")
    for (k = 1; k in list; k++) if (ns[list[k]] == ns[m] && index(point[m], point[list[k]] "/") == 1) return 1
  }
  return 0
}

function tell_steps(   o, i, m, k, list) {
  for (i = 1; i <= ordered; i++) if (!(leak[order[i]] in closed) && rung[order[i]] == "rmdir") wanted[way[order[i]]] = 1
  tell_directories()
  for (i = 1; i <= ordered; i++) {
    m = order[i]
    if ((leak[m] in closed) || rung[m] == "rmdir" || goes_along(m) || (m in carried)) continue
    split(spread(m), list, " ")
    for (k = 1; k in list; k++) carried[list[k]] = 1
    tell_unmount(m, rung[m])
  }
  for (o = 1; o <= targets; o++) if (!(o in closed) && !held[o] && remove && daemon == "answered") out("removable", owner[o], name[owner[o]], layer[owner[o]])
}

function plan(   i, o, m, stuck, text) {
  for (i = 1; i <= targets; i++) adopt(target[i], layer[target[i]], path[target[i]], 0)
  for (i = 1; i <= containers; i++) if (living(container[i])) adopt(container[i], layer[container[i]], path[container[i]], 1)
  split(mounts[host], list_of, " ")
  for (i = 1; i in list_of; i++) if (point[list_of[i]] == "/") host_root = dev[list_of[i]]
  survey(); sort_leaks(); find_directories()
  for (o = 1; o <= targets; o++) {
    out("target", owner[o], name[owner[o]])
    text = target_obstacle(o); stuck = 0
    for (i = 1; i <= ordered; i++) {
      m = order[i]
      if (leak[m] != o) continue
      held[o]++
      out("leak", key(m), owner[o], point[m], holder_words(ns[m]), cause_of(m))
      if (text == "" && !stuck && (rung[m] = rung_of(m)) == "") stuck = m
    }
    if (text == "" && stuck) { rung_of(stuck); text = why }
    if (text != "") refuse(o, text, stuck)
  }
  tell_steps(); tell_watch()
}

# Whom to look for, and what nothing may be said of: a silent daemon whose files name nobody does not make a host healthy.
function tell_targets(   i, k, n, word, c) {
  if (!targets && daemon ~ /^(late|refused|no-client)$/) { out("unknown", "Docker: " silent "; what it last wrote names no dead container"); return }
  if (!targets && daemon == "answered" && gaps) { out("unknown", gap[1] " cannot be read"); return }
  for (i = 1; i <= targets; i++) {
    c = target[i]; out("target", c, name[c])
    n = split(c " " layer[c], word, " ")
    for (k = 1; k <= n; k++) { out("token", word[k]); out("token", word[k] "-init") }
  }
  for (i = 1; i <= containers; i++) if (living(container[i]) && main[container[i]]) out("process", main[container[i]])
  if (daemon_pid) out("process", daemon_pid)
}

# Why a directory must stay after all: another mount sits on it, in a view of every table.
function tell_detach(   d, m) {
  plant_trees()
  if (unreadable != "") { out("found", "something could not be looked at: " unreadable); return }
  d = seat_at(wanted_path, wanted_space)
  if (d == "") { out("found", "another path to the directory"); return }
  for (m = 1; m <= last; m++)
    if (seat(m) == d && !(key(m) in meant)) { out("found", "another mount on it, " point[m] " in namespace " ns[m]); return }
}

BEGIN {
  for (i = 1; i < ARGC; i++) {
    word = ARGV[i]; sub(/=.*/, "", word); value = substr(ARGV[i], length(word) + 2)
    if (i == 1) mode = ARGV[i]
    else if (word == "container") asked[++asks] = value
    else if (word == "nobody") nobody = 1
    else if (word == "only") limit[++limits] = value
    else if (word == "older") older = value + 0
    else if (word == "rung") allowed[value] = 1
    else if (word == "never") never[++nevers] = value
    else if (word == "remove") remove = 1
    else if (word == "path") wanted_path = value
    else if (word == "in") wanted_space = value
    else if (word == "cover") meant[value] = 1
    else { refused_word = 1; exit 64 }
  }
  ARGC = 1
}
END {
  if (refused_word) exit 64
  all_is_read()
  if (mode == "enter" && fault == "") tell_enter()
  else if (mode == "detach" && fault == "") tell_detach()
  else {
    if (fault == "") choose()
    if (fault != "") out("unknown", fault)
    else if (mode == "targets") tell_targets()
    else plan()
    for (i = 1; i <= gaps; i++) out("gap", gap[i])
  }
  print "end\t" records + 0
}
'

main() {
  [ "$#" -ge 2 ] || exit 64
  case $1 in targets | enter | plan | detach) ;; *) exit 64 ;; esac
  command -v awk >/dev/null || exit 13
  [ -r "$2" ] || exit 12
  asked=$1 file=$2
  shift 2
  awk "$mount_survey$mount_reach$detach_points$hook_records$hook_order$decide" "$asked" "$@" <"$file"
}

main "$@"
