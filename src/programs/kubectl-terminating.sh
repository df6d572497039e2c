# kubectl-terminating: the nodes of a cluster, and the pods that someone has asked to go.
#
# Begins with bounded.sh and kubectl.sh. Arguments: 1 seconds that each call of kubectl may take; 2 kubectl, 3 kubeconfig, 4 context, each may be
#   ""; from 5 on namespaces, none: all.
# Records: server VERSION DATE (of the API server's answer, "" if it cannot be read)
#   | node NAME READY BOOT-ID MACHINE-ID RUNTIME | nodes COUNT
#   | pod NAMESPACE NAME UID DELETION-TIMESTAMP MIRROR OWNER FINALIZERS NODE PHASE | container UID NAME ID STATE
#   | pods COUNT (all that are listed, once for each namespace asked for)
#   | refused WHAT STATUS WORDS, with STATUS the HTTP status or "" if no answer came; the pods are not asked for after the server is refused
#   All but counts, server and refused is quoted; what is not there is "".
# Exit: 0 told; 13 no kubectl; 14 a call did not end in time; 64 bad arguments.
# Never: changes an object, prints anything of kubectl's own that is not meant for people.
set -eu

ask_server() {
  what=$1 level=$2
  shift 2
  kube "$level" "$@"
  if [ "$code" = late ]; then
    record refused "$what" late "$stuck"
    finish 14
  fi
  [ "$code" = 0 ] && return 0
  record refused "$what" "$status" "$words"
  return 1
}

# Texts are quoted as Go does it, so that no name can be taken for a field or a line. A line break inside of {{ }} needs Go 1.16,
# with which kubectl before 1.21 was not built.
# shellcheck disable=SC2016
quoting='{{define "q"}}{{with .}}{{printf "%q" .}}{{else}}""{{end}}{{end}}{{$t := "\t"}}{{$n := "\n"}}'

# shellcheck disable=SC2016
node_template=$quoting'{{range .items}}u{{$t}}node{{$t}}{{template "q" .metadata.name}}{{$t}}"{{range .status.conditions}}
{{- if eq .type "Ready"}}{{.status}}{{end}}{{end}}"{{with .status.nodeInfo}}{{$t}}{{template "q" .bootID}}{{$t}}{{template "q" .machineID}}
{{- $t}}{{template "q" .containerRuntimeVersion}}{{end}}{{$n}}{{end}}u{{$t}}nodes{{$t}}{{len .items}}{{$n}}'

# shellcheck disable=SC2016
container_template='{{$t}}{{template "q" .name}}{{$t}}{{template "q" .containerID}}{{$t}}"{{range $k, $v := .state}}{{$k}}{{end}}"{{$n}}'

# shellcheck disable=SC2016
pod_template=$quoting'{{range .items}}{{if .metadata.deletionTimestamp}}{{$uid := .metadata.uid}}u{{$t}}pod{{with .metadata}}
{{- $t}}{{template "q" .namespace}}{{$t}}{{template "q" .name}}{{$t}}{{template "q" .uid}}{{$t}}{{template "q" .deletionTimestamp}}
{{- $t}}"{{with .annotations}}{{with index . "kubernetes.io/config.mirror"}}mirror{{end}}{{end}}"{{$t}}{{with .ownerReferences}}
{{- with index . 0}}{{template "q" .kind}}{{end}}{{else}}""{{end}}{{$t}}[{{range $i, $f := .finalizers}}{{if $i}},{{end}}{{template "q" $f}}
{{- end}}]{{end}}{{$t}}{{template "q" .spec.nodeName}}{{$t}}{{template "q" .status.phase}}{{$n}}{{with .status}}
{{- range .initContainerStatuses}}u{{$t}}container{{$t}}{{template "q" $uid}}'$container_template'{{end}}
{{- range .containerStatuses}}u{{$t}}container{{$t}}{{template "q" $uid}}'$container_template'{{end}}
{{- range .ephemeralContainerStatuses}}u{{$t}}container{{$t}}{{template "q" $uid}}'$container_template'{{end}}
{{- end}}{{end}}{{end}}u{{$t}}pods{{$t}}{{len .items}}{{$n}}'

list_pods() {
  ask_server pods 7 get pods "$@" --chunk-size=500 "--output=go-template=$pod_template" || return 0
  kube_records
}

main() {
  [ "$#" -ge 4 ] || exit 64
  kube_setup "$1" "$2" "$3" "$4"
  shift 4
  # The log of the answer has the version too, and comes before what is printed.
  ask_server server 8 version --output=json || finish 0
  date=$(kube_date)
  versions=$(printf '%s\n' "$said" | sed -n 's/^.*"gitVersion": *"\([^"]*\)".*$/\1/p')
  record server "$(printf '%s\n' "$versions" | sed -n '$p')" "$date"
  if ask_server nodes 7 get nodes "--output=go-template=$node_template"; then kube_records; fi
  if [ "$#" -eq 0 ]; then list_pods --all-namespaces; fi
  for namespace do list_pods "--namespace=$namespace"; done
  finish 0
}

main "$@"
