# named-container: functions of programs that work on the container of one name; they come after those of docker-client.sh. Each of them
#   may end the program.
#
# inquire SECONDS ARG...  asks Docker; true if it said yes. Ends with 14, and the record `stuck PID` for a client in state D, if no answer came
#                         in time: how far it came, the next look tells.
# find_name NAME          sets $found to the id of the container of exactly that name, or "". Waits $limit seconds; ends with 12 if Docker
#                         says no.
# no                      ends with 12 and what Docker said.
# stale TEXT              ends with 10 and what was found.
inquire() {
  ask "$@"
  if [ "$code" = late ]; then
    if [ -n "$stuck" ]; then record stuck "$stuck"; fi
    finish 14
  fi
  [ "$code" = 0 ]
}

find_name() {
  inquire "$limit" ps -a --no-trunc --format "u$tab{{.ID}}$tab{{.Names}}" || no
  found=$(printf '%s\n' "$said" | WANTED=$1 awk -F '\t' '
    $1 != "u" { next }
    { n = split($3, names, ","); for (i = 1; i <= n; i++) if (names[i] == ENVIRON["WANTED"]) print $2 }')
}

no() {
  record said "$said"
  finish 12
}

stale() {
  record found "$1"
  finish 10
}
