# undo-store: functions of the programs that restart a unit under watch; they come after those of bounded.sh.
#
# /var/lib/unbusy/undo/UNIT holds, besides the entries of record-undo, for each watched restart with its random TOKEN:
#   armed.TOKEN      the restart is not confirmed yet. Line 1 "systemd NAME" or "shell PID START": the watchdog; line 2 the boot id;
#                    line 3 when it puts back, in seconds since 1970; then the keys of the entries that it puts back.
#   reverting.TOKEN, confirmed.TOKEN   the same file: rename(2) lets only one of the watchdog and the confirmation have it.
#   revert.TOKEN     the watchdog's program; before.TOKEN what ran before; reason.TOKEN why to put back at once
#   rejected.KEY     what was at an entry's path when it was put back, and rejection.KEY: "TOKEN EPOCH REASON file|absent|other", then the path
#   note.TOKEN       what was put back, until somebody was told; then told.TOKEN
# open_store UNIT    sets $dir, or leaves with 64.
# watchdog_lives FILE  true while the watchdog of an armed or reverting file is there.
# is_as_kept         after read_entry: true while the path is as it was kept.
# is_rejected KEY    after read_rejection: true if the path is again as it was when it was put back.
# put_back           after read_entry, with a $token: puts the path back.
# drop_entry KEY     removes an entry with its copy.
open_store() {
  case $1 in *[!A-Za-z0-9@:_.-]* | [.-]*) exit 64 ;; *.service) dir=/var/lib/unbusy/undo/$1 ;; *) exit 64 ;; esac
}

is_token() {
  case $1 in '' | *[!0-9a-f]*) return 1 ;; esac
}

watchdog_lives() {
  { read -r watch_kind watch_name watch_start && read -r watch_boot; } <"$1" || return 1
  read -r boot </proc/sys/kernel/random/boot_id || boot=-
  [ "$watch_boot" = "$boot" ] || return 1
  case $watch_kind in
    systemd)
      for watch_type in timer service; do
        bounded 10 systemctl is-active "$watch_name.$watch_type"
        case $said in active | activating) return 0 ;; esac
      done
      return 1
      ;;
    shell) [ "$(process_start "$watch_name")" = "$watch_start" ] ;;
    *) return 1 ;;
  esac
}

# Field 22 of stat; empty if there is no such process.
process_start() {
  { read -r process_line <"/proc/$1/stat"; } 2>/dev/null || return 0
  # shellcheck disable=SC2086
  set -- ${process_line##*) }
  printf '%s' "${20}"
}

# Sets $kind, $copy and $path from an entry; a path may end with newlines.
read_entry() {
  path=$({ read -r kind && read -r copy && cat && echo x; } <"$1") || return 1
  path=${path%x}
  { read -r kind && read -r copy; } <"$1"
}

# Of content, not of mode and owner. Without cmp nothing is the same.
is_as_kept() {
  case $kind in
    absent) [ ! -e "$path" ] && [ ! -h "$path" ] ;;
    link) [ -h "$path" ] && [ "$(readlink -- "$path" && echo x)" = "$(readlink -- "$dir/$copy" && echo x)" ] ;;
    file) [ -f "$path" ] && [ ! -h "$path" ] && cmp -s -- "$dir/$copy" "$path" 2>/dev/null ;;
  esac
}

# Sets $token, $epoch, $reason, $found and $path from a rejection.
read_rejection() {
  path=$({ read -r token && cat && echo x; } <"$1") || return 1
  path=${path%x}
  { read -r token epoch reason found; } <"$1"
}

is_rejected() {
  case $found in
    absent) [ ! -e "$path" ] && [ ! -h "$path" ] ;;
    file) [ -f "$path" ] && [ ! -h "$path" ] && cmp -s -- "$dir/rejected.$1" "$path" 2>/dev/null ;;
    *) return 1 ;;
  esac
}

# Whole or not at all, as the file was written.
put_back() {
  if [ "$kind" = absent ]; then
    rm -f -- "$path"
    return
  fi
  # Whoever took the last file out of a drop-in directory may have taken the directory too.
  if [ ! -d "${path%/*}" ]; then (umask 022 && mkdir -p -- "${path%/*}") || return 1; fi
  temp=${path%/*}/.unbusy-$token
  rm -f -- "$temp"
  cp -pP -- "$dir/$copy" "$temp" || return 1
  # Through a link dd would make the file that the link leads to.
  if [ ! -h "$temp" ]; then dd if=/dev/null of="$temp" conv=notrunc,fsync 2>/dev/null || :; fi
  mv -f -- "$temp" "$path" || return 1
  if [ -e /sys/fs/selinux/enforce ]; then restorecon -- "$path" || :; fi
}

# The entry goes first: what is left of it then is nothing that anybody would put back.
drop_entry() {
  drop_copy=-
  { read -r drop_kind && read -r drop_copy; } <"$dir/$1.entry" || return 0
  rm -f -- "$dir/$1.entry"
  rm -f -- "$dir/$1.time" "$dir/$1.first" "$dir/rejected.$1" "$dir/rejection.$1"
  if [ "$drop_copy" != - ]; then rm -f -- "$dir/$drop_copy"; fi
}
