# hook-records: awk that hook-plan and product-plan begin with, in $hook_records: it takes in what other programs printed, and chooses the
#   dead containers. The input is their records as they stand, each part after a line `section NAME`: docker (docker-state), disk
#   (docker-state-disk, where the daemon did not answer), scan (scan-mounts), pinned (lines `enter INODE FILE`, then read-pinned),
#   tasks (find-container-tasks), tried (lines `tried OUTCOME CHANGE`).
#
# What it leaves: container[1..containers] (ids) with name[ID] status[ID] dead[ID] removing[ID] layer[ID] path[ID] main[ID] (pid) ended[ID],
#   image[ID] begun[ID] labels[ID] (JSON), directory[1..directories] and identity[I], left[ID] (a task that still lives), daemon, silent, daemon_pid, now, what mount-reach
#   reads, tried[CHANGE]: how a step ended, gap[1..gaps]: what could not be looked at, and untold: the first of what the daemon could not tell.
# shellcheck disable=SC2016,SC2034
hook_records='
function text_of(json) { json = plain(json); return json ~ /^"[^"\\]*"$/ ? substr(json, 2, length(json) - 2) : "" }
function miss(what) { gap[++gaps] = what }

# Fields as docker-state has them; a container that runs is never taken for dead, whatever else is written about it.
function take_container(   i, word) {
  for (i = 3; i <= 14; i++)
    if (plain($i) !~ /^(true|false|null|-?[0-9]+|".*"|\[.*\])$/) { miss("the state of container " $2); return }
  if ($15 == "gone") return
  if (!($2 in name)) container[++containers] = $2
  word = text_of($3); sub(/^\//, "", word)
  name[$2] = word == "" ? substr($2, 1, 12) : word; status[$2] = text_of($5)
  dead[$2] = $7 == "true" && $6 != "true"
  removing[$2] = $6 != "true" && (status[$2] == "removing" || $15 ~ /^Removal/)
  main[$2] = $8 ~ /^[0-9]+$/ ? $8 + 0 : 0
  image[$2] = text_of($4); begun[$2] = text_of($9); labels[$2] = plain($14)
  ended[$2] = text_of($10); path[$2] = text_of($13); layer[$2] = plain($16)
  if (layer[$2] !~ /^[A-Za-z0-9_.-]*$/) fault = "the layer of a container has an odd name"
}

function take_docker() {
  if ($1 == "container") take_container()
  else if ($1 == "daemon") { daemon = $2; silent = plain($3) }
  else if ($1 == "process" || $1 == "engine") { if ($NF ~ /^[0-9]+$/) daemon_pid = $NF }
  else if ($1 == "clock") now = $2
  else if ($1 == "directory") { directory[++directories] = plain($4); identity[directories] = $2 }
  else if ($1 == "unreadable") miss("the state of " plain($2))
}

# What the daemon said before it fell silent does not count.
function forget() { split("", name); containers = directories = 0 }

function blind_to(who, why) { miss(who ": " why); if (unreadable == "") unreadable = who ": " why }

function take_scan(   i) {
  if ($1 == "host") host = $2
  else if ($1 == "own") own = $2
  else if ($1 == "unreadable") blind_to($2 > 0 ? "process " $2 : "a namespace", plain($3))
  else if ($1 == "pin") { meet_pin($2, plain($3), 1) }
  else if ($1 == "table") { meet($2); table = $2; tabled[$2] = 1; reader[$2] = $3 }
  else if ($1 == "jail") { meet($2); jail[$2] = "/proc/" $3 "/ns/mnt" }
  else if ($1 == "mount") take(table, plain($2))
  else if ($1 == "ns") { meet($2); tasks[$2] = $3; users[$2] = $4 }
  else if ($1 == "task") {
    i = ++tasked[$2]
    pid[$2, i] = $3; tid[$2, i] = $4; start[$2, i] = $5
    comm[$2, i] = plain($6); exe[$2, i] = plain($7); groups[$2, i] = plain($8)
  } else if ($1 != "end") fault = "a record of an unknown kind: " $1
}

# A file that keeps a namespace; those that only an open file keeps come after those that a mount keeps.
function meet_pin(inode, file, open,   i) {
  if (open) { opened[++opens] = inode; opener[opens] = file; return }
  pin[inode, ++pins[inode]] = file
}

# Mounts of nsfs with a mount namespace in them; outside of the table of the host they are reached through the root of a task.
function find_pins(   s, i, n, m, list, inode, from) {
  for (s = 1; s <= spaces; s++) {
    n = split(mounts[space[s]], list, " ")
    from = space[s] == host ? "" : "/proc/" reader[space[s]] "/root"
    for (i = 1; i <= n; i++) {
      m = list[i]
      if (type[m] != "nsfs" || root[m] !~ /^mnt:\[[0-9]+\]$/) continue
      inode = root[m]; gsub(/[^0-9]/, "", inode)
      meet_pin(inode, from point[m], 0); pinned[++pinneds] = inode
    }
  }
  for (i = 1; i <= opens; i++) { meet_pin(opened[i], opener[i], 0); pinned[++pinneds] = opened[i] }
}

# Namespaces that must be entered to be read: every task lives in a chroot, or there is none.
function tell_enter(   s, i, done) {
  for (s = 1; s <= spaces; s++) if (space[s] in jail) { out("enter", space[s], jail[space[s]]); done[space[s]] = 1 }
  for (i = 1; i <= pinneds; i++) {
    if ((pinned[i] in done) || tasks[pinned[i]] > 0) continue
    done[pinned[i]] = 1
    out("enter", pinned[i], pin[pinned[i], 1])
  }
}

function take_pinned() {
  if ($1 == "enter") { entered[++enters] = $2; meet($2) }
  else if ($1 == "table") { table = entered[$2]; tabled[table] = 1; mounts[table] = "" }
  else if ($1 == "mount") { take(table, plain($2)); filled[table] = 1 }
  else if ($1 == "unreadable") { why_not[entered[$2]] = plain($3) }
}

# What was to be entered and shows no table is not known.
function count_unread(   i, s) {
  for (i = 1; i <= enters; i++)
    if (!(entered[i] in filled))
      blind_to("mount namespace " entered[i], (entered[i] in why_not) ? why_not[entered[i]] : "its table is empty")
  for (s = 1; s <= spaces; s++) if (!(space[s] in tabled)) unread++
}

function take_task() {
  if ($1 == "partial") fault = "the processes of the containers could not be looked for in time"
  else if ($1 == "task" && !($2 in left))
    left[$2] = "process " $3 " (" plain($5) ", state " $4 ($6 == "" || $6 == "0" ? "" : ", waiting in " plain($6)) ")"
}

# Seconds since 1970 of a time as Docker writes it, in UTC, rounded up; "" for one that cannot be read, or of a container that never ran.
function seconds(text,   w, y, m, era, of_era) {
  if (text !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](\.[0-9]+)?Z$/ || text ~ /^0001-/) return ""
  split(text, w, "[-T:.Z]")
  y = w[1] - (w[2] <= 2); m = (w[2] + 9) % 12
  era = int(y / 400); of_era = y - era * 400
  of_era = of_era * 365 + int(of_era / 4) - int(of_era / 100) + int((153 * m + 2) / 5) + w[3] - 1
  return (era * 146097 + of_era - 719468) * 86400 + w[4] * 3600 + w[5] * 60 + w[6] + (text ~ /\.[0-9]*[1-9]/)
}

function living(c) { return !dead[c] && !removing[c] && status[c] ~ /^(running|paused|restarting)$/ }

# True if a word means a container: its name, or its id from twelve digits on.
function means(word, c) {
  return word == name[c] || (word ~ /^[0-9a-f]+$/ && length(word) >= 12 && length(word) <= 64 && index(c, word) == 1)
}

function is_asked(c,   i, k) {
  if (nobody) return 0
  k = asks == 0
  for (i = 1; i <= asks && !k; i++) k = means(asked[i], c)
  return k && in_limits(c)
}

# True for what --only names; without it, for all.
function in_limits(c,   i, word) {
  if (!limits) return 1
  for (i = 1; i <= limits; i++) {
    word = limit[i]; sub(/^[a-z]+:/, "", word)
    if (limit[i] ~ /^name:/ ? matches(word, name[c]) : means(word, c) && word != name[c]) return 1
  }
  return 0
}

# The dead that are asked for and old enough into target[1..targets], by name; the others are told of.
function choose(   i, k, c, age) {
  for (i = 1; i <= containers; i++) {
    c = container[i]
    if (!is_asked(c)) continue
    if (!dead[c] && !removing[c]) { if (asks || limits) out("left-alone", c, name[c], "it is not dead"); continue }
    age = seconds(ended[c])
    if (older > 0 && (age == "" || now == "")) { out("left-alone", c, name[c], "it is not known when it died"); continue }
    if (older > 0 && now - age < older) { out("left-alone", c, name[c], "it died too short a time ago"); continue }
    for (k = ++targets; k > 1 && name[target[k - 1]] "\t" target[k - 1] > name[c] "\t" c; k--) target[k] = target[k - 1]
    target[k] = c
  }
}

# For END: where no part `pinned` came, the pins are found only now, and what no part told of counts as unread.
function all_is_read() {
  if (!found_pins) find_pins()
  count_unread()
}

BEGIN { FS = "\t" }
$1 == "section" { part = $2; if (part == "disk") forget(); if (part == "pinned") { find_pins(); found_pins = 1 } if (part == "scan") untold = gap[1]; next }
part == "docker" || part == "disk" { take_docker(); next }
part == "scan" { take_scan(); next }
part == "pinned" { take_pinned(); next }
part == "tasks" { take_task(); next }
part == "tried" { tried[plain($3)] = plain($2); next }
'
