# written-after-start: says whether a file was written after a process was started, so that the process cannot have read it so.
#
# Arguments: 1 the absolute path; 2 the pid.
# Records: after yes | after no | after unclear: less than the clocks can tell apart.
# Exit: 0 compared; 10 the file or the process is gone; 13 no stat, date or awk that can tell.
# Never: reads the file, or its time of last access.
set -eu

main() {
  [ "$#" -eq 2 ] || exit 64
  # %Y has whole seconds; the third field of %y has the rest, where there is a rest.
  written=$(stat -L -c '%Y %y' -- "$1") || exit 10
  now=$(date +%s.%N) || exit 13
  # The age of the process is counted against awk's own start, in ticks of 10 ms (proc(5)): no clock that a container may see otherwise.
  awk -v pid="$2" -v now="$now" -v written="$written" '
    function start(of, line) {
      if ((getline line < ("/proc/" of "/stat")) <= 0) return ""
      sub(/^.*\) /, "", line)
      split(line, field, " ")
      return field[20]
    }
    BEGIN {
      mine = start("self")
      its = start(pid)
      if (mine == "" || its == "") exit 10
      split(written, part, " ")
      fine = part[3] ~ /\.[0-9]+$/ && now ~ /^[0-9]+\.[0-9]+$/
      if (fine) sub(/^[^.]*/, "", part[3]); else part[3] = 0
      lead = (part[1] - int(now)) + part[3] - (fine ? now - int(now) : 0) + (mine - its) / 100
      margin = fine ? 0.2 : 1.2
      word = "unclear"
      if (lead > margin) word = "yes"
      if (lead < -margin) word = "no"
      printf "after\t%s\nend\t1\n", word
    }'
}

main "$@"
