# kubectl-await-pods: waits until pods are gone, as they are once their kubelet has let go of them.
#
# Begins with bounded.sh and kubectl.sh. Arguments: 1 seconds that each call may take; 2 seconds to wait at most; 3 kubectl, 4 kubeconfig,
#   5 context; then NAMESPACE NAME UID of each pod.
# Records: left UID, for each that was still there at the last look.
# Exit: 0 all are gone, or the time is over; 12 the API server did not answer as it should; 13 no kubectl; 14 not in time; 64 bad arguments.
# A pod is gone if the list of the pods of its name has it no more: a 404 may come from whatever stands between us and the server.
# Never: changes an object; takes another pod of the same name for the one that is waited for.
set -eu

template='{{range .items}}u{{"\t"}}{{.metadata.uid}}{{"\n"}}{{end}}u{{"\t"}}listed{{"\n"}}'

# Sets $left to those of the triples that are still there.
look() {
  left=''
  while [ "$#" -ge 3 ]; do
    kube 7 get pods "--namespace=$1" "--field-selector=metadata.name=$2" "--output=go-template=$template"
    if [ "$code" = late ]; then finish 14; fi
    case $code$nl$said$nl in
      0*"${nl}u${tab}listed$nl"*) case $nl$said$nl in *"${nl}u$tab$3$nl"*) left="$left $3" ;; esac ;;
      *)
        record refused pods "$status" "$words"
        finish 12
        ;;
    esac
    shift 3
  done
}

main() {
  [ "$#" -ge 8 ] || exit 64
  wait=$2
  case $wait in '' | *[!0-9]*) exit 64 ;; esac
  kube_setup "$1" "$3" "$4" "$5"
  shift 5
  read -r begun _ </proc/uptime
  until=$((${begun%.*} + wait))
  while :; do
    look "$@"
    read -r now _ </proc/uptime
    if [ -z "$left" ] || [ "${now%.*}" -ge "$until" ]; then break; fi
    sleep 3
  done
  for uid in $left; do record left "$uid"; done
  finish 0
}

main "$@"
