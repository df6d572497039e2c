# kubectl-delete-pod: takes the API object of one pod away, which its kubelet did not do.
#
# Begins with bounded.sh and kubectl.sh. Arguments: 1 seconds that each call may take; 2 kubectl, 3 kubeconfig, 4 context; 5 namespace, 6 name,
#   7 uid, 8 deletion timestamp, 9 node of the pod as they were seen.
# The object is read once more and compared; it is gone if the list of the pods of its name has it no more, for a 404 may come from
# whatever stands between us and the server. Then DELETE with a grace period of 0, as a kubelet does it when it is done, and with
#   preconditions on uid and resource version (DeleteOptions; the latter since Kubernetes 1.14): the server itself refuses if the object is
#   another one, or changed in any way since that reading. `kubectl delete pod` cannot carry them; `kubectl delete --raw URI -f -` can.
# Records: found TEXT | said TEXT (of the API server, for people) | note TEXT.
# Exit: 0 an object with that uid is gone; 10 stale: it is not what was seen, nothing was done; 12 the server said no, or still has it;
#   13 no kubectl; 14 a call did not end in time; 20 no answer came; 64 bad arguments.
# Never: touches a pod with finalizers, takes one away, asks twice.
set -eu

# Sets $object to "gone" or to the fields of the object that has the uid.
inquire() {
  kube 7 get pods "--namespace=$namespace" "--field-selector=metadata.name=$name" "--output=go-template=$template"
  if [ "$code" = late ]; then
    if [ -n "$stuck" ]; then record stuck "$stuck"; fi
    finish 14
  fi
  case $code$nl$said$nl in
    0*"${nl}u${tab}listed$nl"*) ;;
    *) fail "${words:-the answer is no list of pods}" ;;
  esac
  object=$(printf '%s\n' "$said" | sed -n "s/^u$tab\(.* .*\)\$/\1/p")
  case $object in
    "$uid "*) ;;
    *) object=gone ;;
  esac
}

fail() {
  record said "$1"
  case $status in 401 | 403) finish 12 ;; esac
  finish 20
}

# Path below which the server's API lies, where it is behind a proxy that serves several.
base_path() {
  kube 0 config view --minify '--output=go-template={{range .clusters}}u{{"\t"}}{{.cluster.server}}{{"\n"}}{{end}}'
  base=$(printf '%s\n' "$said" | sed -n "s|^u${tab}[a-z]*://[^/]*\\(/.*\\)\$|\\1|p" | sed -n 1p)
  base=${base%/}
  case $base in *[!A-Za-z0-9._~/:-]*) fail 'the address of the server has a path that cannot be used' ;; esac
}

main() {
  [ "$#" -eq 9 ] || exit 64
  namespace=$5 name=$6 uid=$7 timestamp=$8 node=$9
  case $namespace$name$uid in *[!A-Za-z0-9.-]*) exit 64 ;; esac
  case $namespace/$name/$uid in /* | *//* | */) exit 64 ;; esac
  kube_setup "$1" "$2" "$3" "$4"
  template='{{range .items}}u{{"\t"}}{{with .metadata}}{{.uid}} {{.deletionTimestamp}} {{.resourceVersion}} {{range .finalizers}}{{.}},{{end}}{{end}} {{.spec.nodeName}}{{"\n"}}{{end}}u{{"\t"}}listed{{"\n"}}'
  inquire
  if [ "$object" = gone ]; then
    record note 'its kubelet has removed it meanwhile'
    finish 0
  fi
  seen=$object
  version=${seen#"$uid $timestamp "}
  version=${version%% *}
  if [ "$seen" != "$uid $timestamp $version  $node" ]; then
    record found "uid, deletion time, version, finalizers and node are now: $seen"
    finish 10
  fi
  case $version in '' | *[!0-9A-Za-z]*) fail 'the pod has no resource version that can be used' ;; esac
  base_path
  kube_stdin="{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"$uid\",\"resourceVersion\":\"$version\"}}"
  kube 7 delete --raw "$base/api/v1/namespaces/$namespace/pods/$name" --filename=-
  kube_stdin='' answered=$status reason=$words
  if [ "$code" = late ]; then finish 14; fi
  inquire
  if [ "$object" = gone ]; then finish 0; fi
  if [ "$answered" = 409 ]; then
    record found "it changed while it was to be deleted: $reason"
    finish 10
  fi
  record said "${reason:-the server answered ${answered:-nothing} and still has it}"
  case $answered in '') finish 20 ;; *) finish 12 ;; esac
}

main "$@"
