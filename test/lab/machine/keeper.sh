#!/bin/sh
# Owns one lab of this machine: at most one keeper runs in each seat. It takes the first free one of
# UNBUSY_LAB_SEATS ("1 2" unless set), one that a crashed lab left before others, ends what is left
# there, says "ready SEAT", and waits for the end of its standard input, which comes when its owner
# closes the lab or dies in any way at all; then it ends this lab. Exit 75: all seats are taken, and
# none became free within UNBUSY_LAB_WAIT seconds (0 unless set).
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
seats=${UNBUSY_LAB_SEATS:-1 2}

was_left() { # SEAT
  [ -d "/var/lib/unbusy-lab-$1" ]
}

try_seat() { # SEAT: holds its lock from then on
  exec 9>"/run/unbusy-lab-$1.lock"
  flock -n 9
}

take_seat() {
  for seat in $seats; do was_left "$seat" && try_seat "$seat" && return; done
  for seat in $seats; do try_seat "$seat" && return; done
  return 1
}

until=$(($(date +%s) + ${UNBUSY_LAB_WAIT:-0}))
until take_seat; do
  [ "$(date +%s)" -lt "$until" ] || exit 75
  sleep 0.5
done
. "$here/seat.sh"

end_lab() {
  trap '' TERM INT HUP
  sh "$here/teardown.sh" "$seat" 9>&- >&2
  rm -rf --one-file-system "$lab"
}
trap 'end_lab; exit 0' TERM INT HUP

sh "$here/teardown.sh" "$seat" 9>&- >&2
mkdir -p "$lab"
echo $$ >"$lab/keeper.pid"
echo "ready $seat"
# `read` returns at end of input or, interrupted, after the trap has run.
while read -r _; do :; done
end_lab
