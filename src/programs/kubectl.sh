# kubectl: functions of the programs that ask a Kubernetes API server with kubectl; they come after those of bounded.sh.
#
# kube_setup SECONDS KUBECTL KUBECONFIG CONTEXT  KUBECTL is a path, or "" for the one in PATH; the last two may be "". Leaves with 13 if
#                     there is no kubectl.
# kube VERBOSITY ARG...  runs kubectl; sets $said and $code as bounded does, and
#   $status  HTTP status of the last response, "" if no response came. kubectl gives scripts neither: its own exit number is 1 for every
#            trouble. So it is asked to log its requests: "Response Status: 403 ..." (-v=7), status="403 ..." since Kubernetes 1.33.
#   $words   what it says of its trouble, for people.
# kube_date           prints the Date header of the last answer, that is the clock of the API server (needs verbosity 8).
# Without a home directory kubectl would keep what it learns of the API below the working directory; then it keeps nothing.
kube_setup() {
  kube_seconds=$1 kube_config=$3 kube_context=$4
  case $kube_seconds in '' | 0 | *[!0-9]*) exit 64 ;; esac
  if [ -n "$2" ]; then kube_file=$2; else kube_file=$(command -v kubectl) || kube_file=''; fi
  if [ ! -x "$kube_file" ]; then finish 13; fi
}

kube() {
  kube_level=$1
  shift
  if [ -z "${HOME:-}" ]; then set -- --cache-dir=/proc/none "$@"; fi
  if [ -n "$kube_context" ]; then set -- "--context=$kube_context" "$@"; fi
  if [ -n "$kube_config" ]; then set -- "--kubeconfig=$kube_config" "$@"; fi
  bounded "$kube_seconds" ${kube_stdin:+sh -c "$kube_feed" sh "$kube_stdin"} "$kube_file" "-v=$kube_level" "$@"
  status=$(printf '%s\n' "$said" | awk '
    match($0, /Response Status: [0-9][0-9][0-9]/) { status = substr($0, RSTART + RLENGTH - 3, 3) }
    match($0, /status="[0-9][0-9][0-9] /) { status = substr($0, RSTART + 8, 3) }
    END { print status }')
  words=$(printf '%s\n' "$said" | awk '
    /^goroutine / { exit }
    /^F[0-9][0-9][0-9][0-9] / { sub(/^[^]]*\] /, ""); words = $0; next }
    /^[IWE][0-9][0-9][0-9][0-9] / || /^[ \t{}]/ || /^u\t/ || /^$/ { next }
    { words = $0 }
    END { print substr(words, 1, 400) }')
}

# What comes on stdin: a here-document, so that the process stays the one that is ended when it is late.
# shellcheck disable=SC2016
kube_feed='body=$1; shift; exec "$@" <<END
$body
END'
kube_stdin=''

kube_date() {
  printf '%s\n' "$said" | awk '
    match($0, /Date: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] [0-9][0-9][0-9][0-9] [0-9:]+ GMT/) { date = substr($0, RSTART + 6, RLENGTH - 6) }
    END { print date }'
}

# Lines that a template of ours printed as records, without their mark; what kubectl quoted stays quoted.
kube_records() {
  kube_lines=$(printf '%s\n' "$said" | awk -F '\t' '$1 == "u" { sub(/^u\t/, ""); gsub(/\\/, "\\134"); print }')
  if [ -z "$kube_lines" ]; then return 0; fi
  printf '%s\n' "$kube_lines"
  records=$((records + $(printf '%s\n' "$kube_lines" | awk 'END { print NR }')))
}
