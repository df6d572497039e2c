# hook-report: functions of hook-frame for what a hook says: lines for people, counts, the status file and the last line.
#
# say TEXT      a line in the log, and for whoever started the hook
# doubt TEXT    the same; counted as unknown
# lost          ends the task, and with it the run: what it has to remember cannot be written
# tally         counts what was freed, what is left and what is not known so far, into $work/tally: FREED LEFT UNKNOWN
# open_log      sets $log to a file that nobody else may read, or to - where none can be written
# judge         sets $rc to what came out of the run
# tell_result   writes the status file, and prints the last line, unless it is --quiet and all is well
say() {
  case $1 in *[[:cntrl:]]*) set -- "$(printf '%s' "$1" | tr '[:cntrl:]' '?')" ;; esac
  printf '%s %s\n' "$(date '+%Y-%m-%dT%H:%M:%S%z')" "$1"
  printf '%s\n' "$1" >>"$work/said"
}

doubt() {
  say "unknown: $1"
  printf '%s\n' "$1" >>"$work/doubts" || lost
}

# A look, a limit or a doubt of which a part is missing would be taken for all there is. 74 is for task, which passes it on.
lost() {
  say 'unknown: there is no room for what is found here; nothing more is done'
  exit 74
}

# A mount that is gone counts as freed only if its container was still looked for when it was missed.
tally() {
  awk -v before="$counted" -v seen="$work/seen" -v leaks="$work/leaks" -v freed="$work/freed" -v targets="$work/targets" \
    -v removed="$work/removed" -v kept="$work/kept" -v doubts="$work/doubts" '
    BEGIN {
      while ((getline line < targets) > 0) { split(line, f, "\t"); if (f[1] == "target") looked[f[2]] = 1 }
      while ((getline line < removed) > 0) looked[line] = 1
      while ((getline line < freed) > 0) free[line] = 1
      while ((getline line < leaks) > 0) { split(line, f, " "); there[f[1]] = 1; if (!(f[1] in free)) left++ }
      while ((getline line < seen) > 0) {
        split(line, f, " ")
        if (f[1] in free) done++
        else if (!(f[1] in there)) { if (f[2] in looked) done++; else unknown++ }
      }
      while ((getline line < kept) > 0) left++
      while ((getline line < doubts) > 0) unknown++
      split(before, f, " ")
      print done + f[1], left + f[2], unknown + f[3]
    }' </dev/null >"$work/tally.new" && grep -qx '[0-9]* [0-9]* [0-9]*' "$work/tally.new" && mv "$work/tally.new" "$work/tally" || lost
}

open_log() {
  attempted=none
  if [ -n "$log" ]; then attempt 2 may_write "$log"; fi
  if [ "$attempted" = 0 ]; then return 0; fi
  log=/var/log/unbusy/$unbusy_name.log
  attempt 2 may_write_default "$log"
  if [ "$attempted" = 0 ]; then return 0; fi
  log=${TMPDIR:-/tmp}/unbusy-$unbusy_name.$$.log
  attempt 2 may_make "$log"
  if [ "$attempted" != 0 ]; then log=-; fi
}

# A device or a pipe is no log: everybody needs the mode of /dev/null.
may_write() { is_plain "$1" && (: >>"$1") && chmod 600 "$1"; }

# A hook that runs every few minutes fills no disk.
may_write_default() {
  mkdir -p "${1%/*}"
  if is_plain "$1" && [ "$(stat -c %s "$1" || echo 0)" -gt 1048576 ]; then mv -f "$1" "$1.1"; fi
  may_write "$1"
}

# A name in a directory of everybody: only a new file is ours.
may_make() { [ ! -e "$1" ] && [ ! -h "$1" ] && (set -C && : >"$1") && [ -f "$1" ]; }

# True for a regular file, and for one that is not there yet.
is_plain() { [ ! -h "$1" ] && { [ ! -e "$1" ] || [ -f "$1" ]; }; }

# Text as a JSON string.
json() {
  printf '%s' "$1" | awk '
    BEGIN { for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i) }
    { text = text (NR > 1 ? "\n" : "") $0 }
    END {
      printf "\""
      for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        printf "%s", (c in code) ? code[c] : (c == "\"" || c == "\\") ? "\\" c : c
      }
      printf "\""
    }'
}

# The lines of a file as a JSON list of strings.
json_lines() {
  comma=''
  printf '['
  if [ -f "$1" ]; then
    while IFS= read -r each; do
      printf '%s' "$comma"
      json "$each"
      comma=,
    done <"$1"
  fi
  printf ']'
}

print_status() {
  ended=$(date +%s)
  printf '{"schema":"unbusy/hook/1","version":%s,"playbook":%s,' "$(json "$unbusy_version")" "$(json "$unbusy_playbook")" &&
    printf '"started":%s,"ended":%s,"dry_run":%s,"strict":%s,' "${began:-$ended}" "$ended" "${dry_run:-false}" "${strict:-false}" &&
    printf '"released":%s,"left":%s,"unknown":%s,"rc":%s,"log":%s,' "$released" "$left" "$unknown" "$rc" "$(json "${log:--}")" &&
    printf '"removed":%s,"said":%s}\n' "$(json_lines "$1/removed")" "$(json_lines "$1/said")"
}

# The verdict of a run that came before must not stand for this one: where it cannot be replaced, it goes.
put_status() {
  if ! is_plain "$status"; then return 0; fi
  if [ -n "$1" ]; then mkdir -p "${status%/*}"; fi
  rm -f "$status.$$"
  if command -v awk && (set -C && print_status "${work:-/dev/null/none}" >"$status.$$") && mv -f "$status.$$" "$status"; then return 0; fi
  rm -f "$status.$$" "$status"
}

write_status() {
  status_place=''
  if [ -z "$status" ]; then status_place=made status=/var/lib/unbusy/hook/$unbusy_name.json; fi
  attempt 5 put_status "$status_place"
}

# Sets $rc to the number that --strict ends with: what stood in the way first, then what is left, then what is not known.
judge() {
  if [ "$rc" = 0 ] && [ "$unknown" -gt 0 ]; then rc=14; fi
  if [ "$rc" = 14 ] && [ "$left" -gt 0 ]; then rc=10; fi
  if [ "$rc" = 0 ] && [ "$left" -gt 0 ]; then rc=10; fi
}

tell_result() {
  rc=${1:-0}
  judge
  write_status
  if [ -n "$quiet" ] && [ "$rc" = 0 ]; then return 0; fi
  printf 'UNBUSY-RESULT v1 released=%s left=%s unknown=%s rc=%s log=%s\n' "$released" "$left" "$unknown" "$rc" "${log:--}"
}
