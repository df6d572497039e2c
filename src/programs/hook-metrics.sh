# hook-metrics: functions of hook-frame for numbers that node-exporter reads: the text format of Prometheus, in a file that is replaced whole.
#
# count_leaks     adds the causes of the leaks that are left of a task to $work/causes, a line each: CAUSE NUMBER. A task adds there itself
#                 what is left for another reason.
# write_metrics   writes $metrics, if it is given, with what $released $left $unknown $rc say; sets $metrics_fault if that failed. The work
#                 is done by a child that is left to itself after five seconds: a file system that hangs holds up no hook.
# What a run could not look at is not healed: its leaks keep the numbers of the file before, and so does the time of the last success.
# A file that holds anything but metrics of this playbook is left as it is.

count_leaks() {
  awk -v leaks="$work/leaks" -v freed="$work/freed" -v why="$work/why" '
    BEGIN {
      while ((getline line < freed) > 0) free[line] = 1
      while ((getline line < why) > 0) { split(line, f, " "); cause[f[1]] = f[2] }
      while ((getline line < leaks) > 0) {
        split(line, f, " ")
        if (f[1] in free) continue
        count[(f[1] in cause) ? cause[f[1]] : "unknown"]++
      }
      for (each in count) print each, count[each]
    }' </dev/null >>"$work/causes"
}

# shellcheck disable=SC2016
metrics_program='
# A label value: the format knows \\, \" and \n.
function label(text,   i, c, made) {
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    made = made (c == "\\" ? "\\\\" : c == "\"" ? "\\\"" : c == "\n" ? "\\n" : c)
  }
  return "\"" made "\""
}

# The phrase of each cause, as findings have it.
function words(cause) {
  if (cause == "private-propagation") return "its copy of the mount is private, so it never hears of an unmount on the host"
  if (cause == "private-tmp") return "the service copied every mount when it was started (PrivateTmp=), and its copy did not hear of the unmount"
  if (cause == "mount-flags-split") return "Docker runs in a mount namespace of its own (MountFlags=), apart from what it started before"
  if (cause == "thread-namespace") return "one thread has a mount namespace of its own"
  if (cause == "pinned-namespace") return "a file keeps a mount namespace alive in which no process lives"
  if (cause == "still-mounted-on-host") return "it was never unmounted on the host"
  if (cause == "process-of-container") return "a process of the container itself still lives"
  if (cause == "left-behind") return "what held it is gone, or its removal was interrupted"
  return "its cause could not be told"
}

function number(text) { return text ~ /^[0-9]+(\.[0-9]+)?$/ ? text + 0 : 0 }
function family(name, type, help) { print "# HELP " name " " help; print "# TYPE " name " " type }
function sample(name, more, value) { print name "{" mine more "} " value }

# What the file before says of this playbook.
function read_old(   line, name, value, cause) {
  while ((getline line < old) > 0) {
    if (line == "" || line ~ /^#/) continue
    name = line; sub(/\{.*/, "", name)
    value = line; sub(/.*\} */, "", value)
    if (line !~ /^unbusy_[a-z_]*\{/ || index(line, name "{" mine) != 1 || index(line, ",host=\"")) exit 3
    if (name == "unbusy_last_success_timestamp_seconds") success = number(value)
    if (name == "unbusy_released_total") total = number(value)
    if (name != "unbusy_leaks") continue
    cause = substr(line, length(name "{" mine ",cause=\"") + 1)
    sub(/"\}[^}]*$/, "", cause)
    if (number(value) > 0) was[cause] = number(value)
  }
}

function tell_leaks(   line, f, cause, some) {
  while ((getline line < causes) > 0) { split(line, f, " "); leaks[words(f[1])] += f[2] }
  for (cause in was) if (!(cause in leaks)) leaks[cause] = unknown > 0 ? was[cause] : 0
  for (cause in leaks) {
    if (!some++) family("unbusy_leaks", "gauge", "Leaked mounts and dead containers that are left, as last seen; 0 once after a host is healed.")
    sample("unbusy_leaks", ",cause=\"" cause "\"", sprintf("%.0f", leaks[cause]))
  }
}

BEGIN {
  old = ENVIRON["OLD"]; mine = "playbook=" label(ENVIRON["PLAYBOOK"])
  read_old()
  if (rc == 0 && left == 0 && unknown == 0) success = ended
  state = unknown > 0 ? "unknown" : left > 0 ? "failed" : released > 0 ? "changed" : "ok"
  family("unbusy_info", "gauge", "Version of unbusy that ran last.")
  sample("unbusy_info", ",version=" label(ENVIRON["VERSION"]), 1)
  family("unbusy_last_run_timestamp_seconds", "gauge", "When the last run ended, however it ended.")
  sample("unbusy_last_run_timestamp_seconds", "", ended)
  if (success > 0) {
    family("unbusy_last_success_timestamp_seconds", "gauge", "When a run last ended with every host seen and as wanted, or with findings only.")
    sample("unbusy_last_success_timestamp_seconds", "", sprintf("%.0f", success))
  }
  family("unbusy_run_duration_seconds", "gauge", "How long the last run took.")
  sample("unbusy_run_duration_seconds", "", sprintf("%.2f", to - from < 0 ? 0 : to - from))
  if (period > 0) {
    family("unbusy_period_seconds", "gauge", "How often a run is to come.")
    sample("unbusy_period_seconds", "", period)
  }
  family("unbusy_hosts", "gauge", "Hosts of the last run by how they ended.")
  n = split("ok changed would-change failed unknown skipped unreachable not-reached", states, " ")
  for (i = 1; i <= n; i++) sample("unbusy_hosts", ",state=\"" states[i] "\"", states[i] == state ? 1 : 0)
  tell_leaks()
  family("unbusy_released_total", "counter", "Mounts released, each seen to be gone.")
  sample("unbusy_released_total", "", sprintf("%.0f", total + released))
  family("unbusy_unknown_hosts", "gauge", "Hosts of the last run whose state, or part of it, could not be seen.")
  sample("unbusy_unknown_hosts", "", unknown > 0 ? 1 : 0)
}'

# Written beside the file, with a name that no collector reads, synced, and put in its place at once.
put_metrics() {
  umask 022
  if [ -h "$metrics" ] || { [ -e "$metrics" ] && [ ! -f "$metrics" ]; }; then return 1; fi
  draft=$metrics.$$
  old=/dev/null
  if [ -f "$metrics" ]; then old=$metrics; fi
  # Others may write in that directory: what lies there under the name of the draft is not written through.
  rm -f "$draft"
  if ! (set -C && PLAYBOOK=${unbusy_playbook%.*} VERSION=$unbusy_version OLD=$old awk \
    -v causes="${work:-/dev/null/none}/causes" \
    -v released="$released" -v left="$left" -v unknown="$unknown" -v rc="$rc" -v period="$period" \
    -v from="$clock" -v to="$1" -v ended="$(date +%s)" "$metrics_program" </dev/null >"$draft"); then
    rm -f "$draft"
    return 1
  fi
  # Of this file alone: sync(1) may wait for file systems that hang.
  dd if=/dev/null of="$draft" conv=notrunc,fsync 2>/dev/null
  mv -f "$draft" "$metrics" || { rm -f "$draft" && return 1; }
}

write_metrics() {
  metrics_fault=''
  if [ -z "$metrics" ] || [ -n "$dry_run" ]; then return 0; fi
  # What a task that was ended had not counted yet.
  if [ -n "$work" ] && [ -s "$work/leaks" ]; then count_leaks; fi
  read -r clock_now _ </proc/uptime
  attempt 5 put_metrics "$clock_now"
  case $attempted in
    0) ;;
    late) metrics_fault="the metrics could not be written in time: $metrics" ;;
    *) metrics_fault="the metrics could not be written: $metrics" ;;
  esac
}
