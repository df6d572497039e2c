#!/bin/sh
# Owns the lab of this machine: at most one keeper runs at a time. It ends what an
# earlier, crashed lab left, says "ready", and waits for the end of its standard
# input, which comes when its owner closes the lab or dies in any way at all; then
# it ends this lab. Exit 75: another lab is up, and has not ended within UNBUSY_LAB_WAIT
# seconds (0 unless set).
#
#   keeper.sh LAB_DIR
set -u
lab=$1
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)

mkdir -p "$lab"
exec 9>/run/unbusy-lab.lock
flock -w "${UNBUSY_LAB_WAIT:-0}" 9 || exit 75

end_lab() {
  trap '' TERM INT HUP
  sh "$here/teardown.sh" "$lab" 9>&- >&2
  rm -rf --one-file-system "$lab"
}
trap 'end_lab; exit 0' TERM INT HUP

sh "$here/teardown.sh" "$lab" 9>&- >&2
mkdir -p "$lab"
echo $$ >"$lab/keeper.pid"
echo ready
# `read` returns at end of input or, interrupted, after the trap has run.
while read -r _; do :; done
end_lab
