# nap SECONDS: a function that other programs begin with, for a process of its own: sleeps so long; TERM ends both.
#
# Its sleep is known by $!, which the shell sets with the fork, since TERM may come before anything else was run. KILL, since a sleep that was
# just born still has the trap. Whoever starts one and has a trap for TERM of its own tells it until it is gone: a child of dash or ash hears a
# signal that comes right after its birth with the trap that it inherited, and forgets both.
nap() {
  nap_before=${!-}
  trap '[ "${!-}" = "$nap_before" ] || kill -9 "$!" 2>/dev/null; exit 0' TERM
  sleep "$1" </dev/null >/dev/null 2>&1 &
  wait "$!"
  trap - TERM
}
