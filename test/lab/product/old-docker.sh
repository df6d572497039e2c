#!/bin/sh
# Starts containers as Docker before 17.12.1 did: a bind that shows the host, and does not say how it propagates, is private.
#
# Arguments: those of docker, which does everything; after a `run` the binds are made private in the container that was started.
/usr/bin/docker "$@" || exit
[ "$1" = run ] || exit 0
name='' points=''
while [ "$#" -gt 0 ]; do
  case $1 in
    --name) name=$2 ;;
    -v)
      case $2 in
        *slave*) ;;
        /:* | /var/run:* | /var/lib/docker:*)
          point=${2#*:}
          points="$points ${point%%:*}"
          ;;
      esac
      ;;
  esac
  shift
done
[ -n "$points" ] || exit 0
# shellcheck disable=SC2086
exec make-private "$(/usr/bin/docker inspect -f '{{.State.Pid}}' "$name")" $points
