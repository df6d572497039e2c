# undo-watchdog: functions that set the host itself to watch over a restart; they come after those of undo-store.sh.
#
# arm SECONDS KEY...   writes $revert_text as the watchdog's program, and sets it off for that time: by a timer of systemd, else by a shell
#                      with a session of its own. Needs $dir, $unit, $token. Fails if neither is there; then nothing is armed.
# request_revert       lets the watchdog put back now, for $reason; starts it anew if it is gone. Fails if nothing waits to be confirmed.
# await_revert SECONDS prints the note of the watchdog as records; fails if it is not there in time.
arm() {
  arm_seconds=$1
  shift
  arm_deadline=$(($(date +%s) + arm_seconds))
  printf '%s\n' "$revert_text" >"$dir/revert.$token" || return 1
  write_armed "systemd unbusy-revert-$token" "$@" || return 1
  if systemd_watchdog "unbusy-revert-$token" --on-active="${arm_seconds}s" --timer-property=AccuracySec=500ms &&
    watchdog_lives "$dir/armed.$token"; then
    return 0
  fi
  if shell_watchdog wait && write_armed "shell $watchdog_pid $(process_start "$watchdog_pid")" "$@" &&
    watchdog_lives "$dir/armed.$token"; then
    return 0
  fi
  rm -f -- "$dir/armed.$token" "$dir/revert.$token"
  return 1
}

write_armed() {
  read -r boot </proc/sys/kernel/random/boot_id || boot=-
  printf '%s\n' "$1" "$boot" "$arm_deadline" >"$dir/.armed-$token" || return 1
  shift
  for arm_key; do printf '%s\n' "$arm_key"; done >>"$dir/.armed-$token" || return 1
  dd if=/dev/null of="$dir/.armed-$token" conv=notrunc,fsync 2>/dev/null || :
  mv -f -- "$dir/.armed-$token" "$dir/armed.$token"
}

systemd_watchdog() {
  command -v systemd-run >/dev/null || return 1
  watchdog_unit=$1
  shift
  bounded 20 systemd-run --unit="$watchdog_unit" --description="unbusy: takes the change of $unit back unless it is confirmed" "$@" \
    /bin/sh "$dir/revert.$token" now "$unit" "$token"
  [ "$code" = 0 ]
}

# Out of our session and process group, which end with the connection.
shell_watchdog() {
  command -v setsid >/dev/null || return 1
  setsid /bin/sh "$dir/revert.$token" "$1" "$unit" "$token" "${arm_deadline:-0}" </dev/null >/dev/null 2>&1 &
  watchdog_pid=$!
}

request_revert() {
  if [ -e "$dir/note.$token" ]; then return 0; fi
  watch_file=$dir/armed.$token
  if [ -e "$watch_file" ]; then
    printf '%s\n' "$reason" >"$dir/.reason-$token"
    mv -f -- "$dir/.reason-$token" "$dir/reason.$token"
    if watchdog_lives "$watch_file"; then
      if [ "$watch_kind" = shell ]; then return 0; fi
      bounded 20 systemctl start --no-block "$watch_name.service"
      if [ "$code" = 0 ]; then return 0; fi
    fi
  elif [ -e "$dir/reverting.$token" ]; then
    if watchdog_lives "$dir/reverting.$token"; then return 0; fi
    mv -- "$dir/reverting.$token" "$watch_file" || return 1
  else
    return 1
  fi
  systemd_watchdog "unbusy-revert-$token-again" || shell_watchdog now
}

await_revert() {
  await_left=$1
  while [ ! -e "$dir/note.$token" ]; do
    [ "$await_left" -gt 0 ] || return 1
    await_left=$((await_left - 1))
    sleep 1
  done
  cat -- "$dir/note.$token"
  records=$((records + $(awk 'END { print NR }' "$dir/note.$token")))
}
