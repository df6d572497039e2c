# record-undo: keeps what is at a path before it is changed, so that a restart of a unit that goes wrong can put it back.
#
# Begins with bounded.sh. Arguments: 1 the unit that depends on the path; 2 the absolute path; 3 a random word for names of files.
# Records: kept PATH new|already; two of them if the path is a symbolic link: the link, and what it leads to. | refused WHY, with WHY
#   one of not-a-file, undo-store, unreadable.
# Exit: 0 kept; 12 denied; 13 no sha256, cp, ln or readlink.
# In /var/lib/unbusy/undo/UNIT: SHA256-OF-PATH.entry (line 1 absent, file or link; line 2 the name of the copy; then the path) and
#   SHA256-OF-PATH.time (boot id, start in clock ticks of a process that ran at the time, seconds since 1970): of the last call;
#   SHA256-OF-PATH.first: the same, of the call that made the entry.
# Never: replaces an entry: what was there first is kept until the unit's restart was confirmed; touches the path itself.
set -eu
root=/var/lib/unbusy/undo

refuse() {
  printf 'refused\t%s\nend\t%s\n' "$2" "$((records + 1))"
  exit "$1"
}

# Of this file alone; sync(1) of older coreutils would wait for every file system.
flush() { dd if=/dev/null of="$1" conv=notrunc,fsync 2>/dev/null || :; }

# The newest process there is tells the time in the unit that other processes' starts are told in.
write_time() {
  read -r boot </proc/sys/kernel/random/boot_id || boot=-
  ticks=$(awk '{ sub(/.*\) /, ""); print $20 }' /proc/self/stat)
  printf '%s %s %s\n' "$boot" "$ticks" "$(date +%s)" >"$dir/.time-$token" || return 1
  mv -f -- "$dir/.time-$token" "$dir/$key.time"
}

# An entry appears whole by one link(2), which fails where there is one already.
keep() {
  key=$(printf '%s' "$1" | digest) || exit 13
  key=${key%% *}
  word=already
  if [ ! -e "$dir/$key.entry" ]; then
    copy=-
    if [ -h "$1" ]; then
      kind=link
    elif [ ! -e "$1" ]; then
      kind=absent
    elif [ -f "$1" ]; then
      kind=file
    else
      refuse 12 not-a-file
    fi
    if [ "$kind" != absent ]; then
      copy=copy-$token
      cp -pP -- "$1" "$dir/$copy" || refuse 12 undo-store
      if [ "$kind" = file ]; then flush "$dir/$copy"; fi
    fi
    { printf '%s\n%s\n%s' "$kind" "$copy" "$1" >"$dir/.entry-$token"; } 2>/dev/null || refuse 12 undo-store
    flush "$dir/.entry-$token"
    write_time || refuse 12 undo-store
    if ln -- "$dir/.entry-$token" "$dir/$key.entry" 2>/dev/null; then
      word=new
      # Of its own: link(2) fails where another call renames a newer time over the one that is to be linked.
      printf '%s %s %s\n' "$boot" "$ticks" "$(date +%s)" >"$dir/.first-$token" || refuse 12 undo-store
      mv -f -- "$dir/.first-$token" "$dir/$key.first" || refuse 12 undo-store
    else
      [ -e "$dir/$key.entry" ] || refuse 12 undo-store
      if [ "$copy" != - ]; then rm -f -- "$dir/$copy"; fi
    fi
    rm -f -- "$dir/.entry-$token"
  fi
  write_time || refuse 12 undo-store
  record kept "$1" "$word"
}

main() {
  [ "$#" -eq 3 ] || exit 64
  unit=$1 path=$2 token=$3
  case $unit in *[!A-Za-z0-9@:_.-]* | [.-]*) exit 64 ;; *.service) ;; *) exit 64 ;; esac
  case $path in /*) ;; *) exit 64 ;; esac
  case $token in '' | *[!0-9a-f]*) exit 64 ;; esac
  umask 077
  dir=$root/$unit
  mkdir -p -- "$dir" 2>/dev/null || refuse 12 undo-store
  if [ -h "$path" ]; then
    target=$(readlink -f -- "$path" && echo x) || refuse 12 unreadable
    target=${target%?x}
    keep "$target"
    token=${token}0
  fi
  keep "$path"
  finish 0
}

main "$@"
