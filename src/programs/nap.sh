# nap SECONDS: a function that other programs begin with, for a process of its own: sleeps so long; TERM ends both.
#
# Its sleep is known by $!, which the shell sets with the fork, since TERM may come before anything else was run. KILL, since a sleep that was
# just born still has the trap. TERM that comes before the trap is set must end the process, so whoever starts one has no trap for it
# itself: dash hears such a signal with the trap that it inherited, and forgets both.
nap() {
  nap_before=${!-}
  trap '[ "${!-}" = "$nap_before" ] || kill -9 "$!" 2>/dev/null; exit 0' TERM
  sleep "$1" </dev/null >/dev/null 2>&1 &
  wait "$!"
  trap - TERM
}
