#!/bin/sh
# stand-in-docker: answers as the docker client of a demo host would, from what host-init.sh planted. It is no Docker.
#
# It plays a daemon on a kernel of before 3.18: rm fails with "device or resource busy" while any process of this host still has the
# container's root mounted. The mounts that it looks for are real.
# Knows: [-H SOCKET] ps -a [--filter label=KEY[=VALUE]] | info | inspect ID... | stop [-t N] ID | rm ID..., with --format for the first three. Exit: 0; 1 as docker does; 125 not known.
set -eu

store=/run/stand-in
tab='	'

# A Go template as far as it is needed: {{.A.B}}, {{json .A}}, {{json (index .A "key")}}, {{with .A}} {{else}} {{end}}.
render() {
  FORMAT=$format awk -F '\t' '
    function value(path) { return (path in field) ? field[path] : "null" }
    function bare(text) { sub(/^"/, "", text); sub(/"$/, "", text); return text }
    function word(token,  part) {
      if (token ~ /^json \(index /) { split(token, part, /[ ()"]+/); return value(part[3] "/" part[4]) }
      if (token ~ /^json /) return value(substr(token, 6))
      return bare(value(token))
    }
    { field[$1] = $2 }
    END {
      rest = ENVIRON["FORMAT"]
      while ((at = index(rest, "{{")) > 0) {
        if (!skip) out = out substr(rest, 1, at - 1)
        rest = substr(rest, at + 2); at = index(rest, "}}")
        token = substr(rest, 1, at - 1); rest = substr(rest, at + 2)
        if (token ~ /^with /) skip = value(substr(token, 6)) == "null"
        else if (token == "else") skip = !skip
        else if (token == "end") skip = 0
        else if (!skip) out = out word(token)
      }
      print out rest
    }' "$1"
}

# The file of a container by id, part of it, or name.
find_container() {
  for file in "$store"/*; do
    case ${file##*/} in "$1"*) return 0 ;; esac
    if grep -qxF ".Names$tab\"$1\"" "$file"; then return 0; fi
  done
  echo "Error: No such container: $1" >&2
  return 1
}

info() {
  cat >"$store.info" <<-END
	.ServerVersion	"20.10.24-standin"
	.Driver	"overlay2"
	.DockerRootDir	"/var/lib/docker"
	.LiveRestoreEnabled	false
	END
  render "$store.info"
}

remove() {
  find_container "$1" || return 1
  id=${file##*/}
  merged=$(sed -n "s|^.Data/MergedDir$tab\"\(.*\)\"|\1|p" "$file")
  if grep -qF " $merged " /proc/[0-9]*/mountinfo 2>/dev/null || { [ -d "$merged" ] && ! rmdir "$merged"; }; then
    echo "Error response from daemon: container $id: driver \"overlay2\" failed to remove root filesystem:" \
      "unlinkat $merged: device or resource busy" >&2
    return 1
  fi
  rm -rf -- "${merged%/merged}" "/var/lib/docker/containers/$id" "/var/lib/docker/image/overlay2/layerdb/mounts/$id" "$file"
  echo "$1"
}

# Ends its process, and unmounts its root where the daemon mounted it: in this namespace.
stop() {
  find_container "$1" || return 1
  pid=$(sed -n "s/^.State.Pid$tab//p" "$file")
  kill -9 "$pid" 2>/dev/null || :
  while [ -e "/proc/$pid" ]; do sleep 0.02; done
  umount "$(sed -n "s|^.Data/MergedDir$tab\"\(.*\)\"|\1|p" "$file")" 2>/dev/null || :
  sed -e "s/^\(.State.Running$tab\).*/\1false/; s/^\(.State.Pid$tab\).*/\10/; s/^\(.State$tab\|.State.Status$tab\).*/\1\"exited\"/" \
    -e "s/^\(.Status$tab\).*/\1\"Exited (137)\"/" "$file" >"$store.stopped"
  mv "$store.stopped" "$file"
  echo "$1"
}

# Whether a container has the label that was asked for.
is_asked() {
  case $label in
    '') ;;
    *=*) grep -qxF ".Config.Labels/${label%%=*}$tab\"${label#*=}\"" "$1" ;;
    *) grep -qF ".Config.Labels/$label$tab" "$1" ;;
  esac
}

main() {
  format='' words='' verb='' label=''
  while [ "$#" -gt 0 ]; do
    case $1 in
      -H | --host | --type | -t) shift ;;
      --filter) label=${2#label=} && shift ;;
      --format) format=$2 && shift ;;
      -*) ;;
      *) if [ -z "$verb" ]; then verb=$1; else words="$words $1"; fi ;;
    esac
    shift
  done
  code=0
  case $verb in
    ps) format=${format:-'{{.ID}}'}; for file in "$store"/*; do if [ -f "$file" ] && is_asked "$file"; then render "$file"; fi; done ;;
    info) info ;;
    inspect) for each in $words; do if find_container "$each"; then render "$file"; else code=1; fi; done ;;
    stop) for each in $words; do stop "$each" || code=1; done ;;
    rm) for each in $words; do remove "$each" || code=1; done ;;
    *)
      echo "the stand-in docker of this demo does not know: $verb" >&2
      code=125
      ;;
  esac
  exit "$code"
}

main "$@"
