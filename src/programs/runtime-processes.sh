# runtime-processes: functions that runtime-state begins with, after those of bounded.sh: what the processes of the host show.
#
# processes  says which of $ids and $pods a task, a shim or a monitor was seen of: records task and partial. $words are the same as
#            arguments for grep.
# networks   says which of the network namespaces $nets a process lives in: records netns and partial.
# Both look at text and links below /proc only.

# Tasks in cgroups that name an id or a pod, whatever the driver (cgroups(7)); and arguments of shims and monitors.
processes() {
  [ -n "$words" ] || return 0
  # shellcheck disable=SC2016,SC2086
  bounded "$seconds" sh -c 'cd /proc && printf "%s\n" [0-9]*/cgroup | xargs grep -HF "$@" 2>/dev/null' sh $words
  case $code in 0 | 1 | 123) ;; *) record partial processes ;; esac
  for found in $(printf '%s\n' "$said" | IDS="$ids" PODS="$pods" awk "$members"); do
    dir=/proc/${found%%:*}
    { read -r line <"$dir/stat"; } 2>/dev/null || continue
    command=${line#*\(}
    rest=${line##*) }
    case $rest in Z* | X*) ;; *) record task "${found#*:}" "${found%%:*}" "${command%)*}" ;; esac
  done
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'cd /proc && for comm in $(grep -lE "^(containerd-shim|docker-containe|conmon)" [0-9]*/comm 2>/dev/null); do
    cat "${comm%comm}cmdline" 2>/dev/null; done | tr "\0" "\n"'
  if [ "$code" = late ]; then record partial shims; fi
  for id in $(printf '%s\n' "$said" | sed 's|.*/||' | IDS="$ids" awk '
    BEGIN { n = split(ENVIRON["IDS"], list, " "); for (i = 1; i <= n; i++) wanted[list[i]] = 1 }
    ($0 in wanted) && !seen[$0]++'); do
    record task "$id" 0 shim
  done
}

# shellcheck disable=SC2016
members='
BEGIN {
  n = split(ENVIRON["IDS"], list, " "); for (i = 1; i <= n; i++) wanted[list[i]] = list[i]
  n = split(ENVIRON["PODS"], list, " ")
  for (i = 1; i <= n; i++) { pod = "pod" list[i]; wanted[pod] = pod; gsub(/-/, "_", list[i]); wanted["pod" list[i]] = pod }
}
{
  pid = $0; sub(/\/.*/, "", pid)
  n = split($0, part, "/")
  for (i = 2; i <= n; i++) {
    word = part[i]; sub(/\.(scope|slice|service)$/, "", word)
    tail = word; sub(/.*-/, "", tail)
    pod = match(word, /-pod[0-9a-f_]+$/) ? substr(word, RSTART + 1) : ""
    found = (word in wanted) ? wanted[word] : (length(tail) == 64 && (tail in wanted)) ? tail : (pod in wanted) ? wanted[pod] : ""
    if (found != "" && !((pid, found) in seen)) { seen[pid, found] = 1; print pid ":" found }
  }
}'

networks() {
  [ -n "$nets" ] || return 0
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c 'cd /proc && printf "%s/ns/net\n" [0-9]* | xargs stat -L -c %i 2>/dev/null | sort -u'
  if [ "$code" = late ]; then record partial networks; fi
  for net in $nets; do
    case "$nl$said$nl" in *"$nl$net$nl"*) record netns "$net" ;; esac
  done
}
