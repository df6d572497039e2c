#!/bin/sh
# stand-in-analyze: plays systemd-analyze calendar; understands all but what holds "nonsense", and without $home/analyzes nothing at all.
home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
if [ ! -e "$home/analyzes" ]; then
  echo 'Unknown operation calendar.' >&2
  exit 1
fi
case $3 in
  *nonsense*)
    printf 'Failed to parse calendar specification %s: Invalid argument\nmore\n' "'$3'" >&2
    exit 1
    ;;
esac
echo 'Next elapse: soon'
