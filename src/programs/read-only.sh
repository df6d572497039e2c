# read-only: a function that programs begin with: true if the mount that holds a directory, or its file system, has the option ro (proc(5),
# mountinfo). $1: its path, without links.
is_read_only() {
  PLACE=$1 awk '
    function plain(s) { gsub(/\\040/, " ", s); gsub(/\\011/, "\t", s); gsub(/\\012/, "\n", s); gsub(/\\134/, "\\", s); return s }
    { point = plain($5); if (point != "/") point = point "/" }
    index(ENVIRON["PLACE"] "/", point) == 1 && length(point) >= best { best = length(point); options = $6 "," $NF }
    END { exit options !~ /(^|,)ro(,|$)/ }' /proc/self/mountinfo
}
