# Sourced, with the number of a lab's seat as $seat. Everything of a lab carries its seat, so that two labs on one
# machine do not meet; seat.ts has the same names.

: "${seat:?}"
lab=/var/lib/unbusy-lab-$seat
bridge=unbusy$seat
group=unbusy-lab-$seat

link_of() { # NAME: prints the name of a host's link, and of its network namespace
  echo "ub$seat-$1"
}
