# product-plan: decides on the host itself what may be done next for the containers of one product, and for what monitors hold of
#   others: the plans of product_containers and monitor_release for a host that has no Node. Where it does not decide the same, it does less.
#
# Begins with mount-survey.sh, mount-reach.sh, detach-points.sh, hook-records.sh, hook-order.sh and product-mounts.sh. Arguments: 1 what is asked: targets (whom
#   to look for), enter (which namespaces must be entered to be read), plan (one round); 2 a file with records, as hook-records says; from
#   3 on words: name=GLOB, id=HEX, project=NAME (of the product), loose=HEX (one that a label without a value chose), monitor-name=GLOB, monitor-image=GLOB, monitor-id=HEX, own-monitors (only
#   those of the product), live (also copies of what runs), absent (stop and remove), everything, lazy, only=name:GLOB, only=id:HEX.
# Records, an empty field as "-":
#   target ID NAME | chosen ID NAME | gap WHAT | unknown WHY | enter INODE FILE
#   leak NS:ID:DEV CONTAINER-ID POINT HOLDER CAUSE  a mount that should go
#   refused CODE ID NAME WHY                        nothing is done for this container, or for this mount of it
#   unmount …                                       as hook-plan has it; steps of this round, in their order
#   stop CHANGE ID NAME RUNNING
#   removable CHANGE ID NAME LAYER STATE            STATE: half, if Docker began to remove it, or whole
#   watch PID:START:NS:DEV NAME                     what must live on
# Exit: 0 decided; 12 the file cannot be read; 13 no awk; 64 bad arguments.
# Never: changes anything, asks anybody.
set -eu

# shellcheck disable=SC2016
product='
function refuse(c, text) { out("refused", text ~ /^it is not known/ ? "unknown" : "kept", c, name[c], text) }

# Sets next_step[ID]: stop, remove, again, or "" with the reason in why_not[ID]; free[ID] if no mount of it is left.
function find_course(c,   k, m, first) {
  next_step[c] = why_not[c] = ""; free[c] = 1
  for (k = 1; k <= helds; k++) if (ground[held[k]] == "own" && owner[leak[held[k]]] == c) free[c] = 0
  if (maker_of(c) != "") { why_not[c] = "it belongs to " maker_of(c) ", which would make it again"; return }
  if (daemon != "answered") { why_not[c] = "Docker does not answer, so it is neither stopped nor removed"; return }
  if (living(c)) {
    if (!(("stop:" c) in tried)) { next_step[c] = "stop"; return }
    why_not[c] = "it does not stop: " tried["stop:" c] ((c in left) ? "; its " left[c] : "") "; it was left as it is"
    return
  }
  for (k = 1; k <= helds; k++) {
    m = held[k]
    if (ground[m] != "own" || owner[leak[m]] != c || way_of[m] != "") continue
    why_not[c] = point[m] " in " holder_words(ns[m]) ": " stays[m]
    return
  }
  if (!(("remove:" c) in tried)) { next_step[c] = "remove"; return }
  first = tried["remove:" c]
  if ((dead[c] || removing[c]) && !(("remove-again:" c) in tried)) { next_step[c] = "again"; return }
  why_not[c] = "Docker did not remove it: " ((("remove-again:" c) in tried) ? tried["remove-again:" c] : first)
}

# Monitors before the others, the last started first; product[1..products].
function sort_product(   i, k, c) {
  products = 0
  for (i = 1; i <= containers; i++) {
    c = container[i]
    if (!acts(c)) continue
    for (k = ++products; k > 1 && goes_before(c, product[k - 1]); k--) product[k] = product[k - 1]
    product[k] = c
  }
}

function goes_before(a, b,   s, t) {
  s = is_monitor(a); t = is_monitor(b)
  if (s != t) return s
  s = begun[a]; t = begun[b]; sub(/Z$/, "", s); sub(/Z$/, "", t)
  if (s != t) return s > t
  return name[a] "\t" a < name[b] "\t" b
}

# The steps of monitors, or of the others: all are stopped before the first is removed.
function tell_group(monitors, ready,   i, c, stops) {
  for (i = 1; i <= products; i++) {
    c = product[i]
    if (is_monitor(c) != monitors || next_step[c] != "stop") continue
    stops++
    if (ready) out("stop", "stop:" c, c, name[c], status[c] == "restarting" ? "restarting" : "true")
  }
  for (i = 1; i <= products; i++) {
    c = product[i]
    if (is_monitor(c) != monitors || next_step[c] !~ /^(remove|again)$/ || stops || !ready || !free[c]) continue
    print "removable\tremove" (next_step[c] == "again" ? "-again" : "") ":" c "\t" c "\t" field_of(name[c]) "\t" field_of(layer[c]) \
      "\t" (dead[c] || removing[c] ? "half" : "whole")
    records++
  }
}

function tell_product(   i, c, waiting) {
  for (i = 1; i <= products; i++) {
    find_course(product[i])
    if (why_not[product[i]] != "") refuse(product[i], why_not[product[i]])
    if (is_monitor(product[i]) && next_step[product[i]] != "") waiting = 1
  }
  tell_group(1, 1)
  tell_group(0, !waiting)
}

# Mounts that stay, one for each container and holder; in a product that goes, they are told of with their containers.
function tell_stays(   k, m, key_of, told) {
  for (k = 1; k <= helds; k++) {
    m = held[k]; key_of = ns[m] ":" leak[m]
    if (way_of[m] != "" || (key_of in told)) continue
    told[key_of] = 1
    refuse(owner[leak[m]], point[m] " in " holder_words(ns[m]) ": " stays[m])
  }
}

function plan(   i, k, m) {
  tell_all()
  if ((i = too_wide()) != "") { out("refused", "kept", "-", "the product", i); return }
  sort_product()
  find_mounts()
  for (k = 1; k <= helds; k++) { m = held[k]; out("leak", key(m), owner[leak[m]], point[m], holder_words(ns[m]), cause_of(m)) }
  for (k = 1; k <= helds; k++) if (way_of[held[k]] ~ /^(plain|lazy)$/) tell_unmount(held[k], way_of[held[k]])
  if (absent) {
    tell_product()
    for (i = 1; i <= products; i++) leaving[product[i]] = 1
  } else tell_stays()
  tell_watch()
}

# All that is known: a mount that is missed at the next look counts as freed only if its container was looked at.
function tell_all(   i) { for (i = 1; i <= containers; i++) out("target", container[i], name[container[i]]) }

function tell_targets(   i, found) {
  tell_all()
  for (i = 1; i <= containers; i++) if (acts(container[i])) { out("chosen", container[i], name[container[i]]); found = 1 }
  for (i = 1; i <= containers && !found; i++) if (living(container[i]) && lets_go(container[i])) { out("chosen", container[i], name[container[i]]); found = 1 }
  if (!found && daemon ~ /^(late|refused|no-client)$/) out("unknown", "Docker: " silent "; what it last wrote names nothing of the product")
}

BEGIN {
  for (i = 1; i < ARGC; i++) {
    word = ARGV[i]; sub(/=.*/, "", word); value = substr(ARGV[i], length(word) + 2)
    if (i == 1) mode = ARGV[i]
    else if (word == "name") called_like[++likes] = value
    else if (word == "id") by_id[value] = 1
    else if (word == "loose") loose[value] = 1
    else if (word == "project") projects[value] = 1
    else if (word == "monitor-name") monitor_name[++monitor_names] = value
    else if (word == "monitor-image") monitor_image[++monitor_images] = value
    else if (word == "monitor-id") monitor_id[value] = 1
    else if (word == "own-monitors") own_monitors = 1
    else if (word == "live") live = 1
    else if (word == "absent") absent = 1
    else if (word == "everything") everything = 1
    else if (word == "lazy") lazy = 1
    else if (word == "only") limit[++limits] = value
    else { refused_word = 1; exit 64 }
  }
  ARGC = 1
}
END {
  if (refused_word) exit 64
  all_is_read()
  if (mode == "enter" && fault == "") tell_enter()
  else {
    # One that cannot be looked at may be of the product, or may be a neighbour.
    if (fault == "" && (mode == "targets" ? gaps : untold != "")) fault = gap[1] " cannot be read"
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
  case $1 in targets | enter | plan) ;; *) exit 64 ;; esac
  command -v awk >/dev/null || exit 13
  [ -r "$2" ] || exit 12
  asked=$1 file=$2
  shift 2
  awk "$mount_survey$mount_reach$detach_points$hook_records$hook_order$product_mounts$product" "$asked" "$@" <"$file"
}

main "$@"
