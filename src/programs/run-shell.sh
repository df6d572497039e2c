# run-shell: runs a text of the user's in /bin/sh, and hands on its output and its exit number as they are.
#
# Begins with user-command.sh. Arguments: as those of run-command, with the one text in the place of the words.
# Output: what the command prints, raw. If something of it may live on: behind that on both streams a line "WORD", after which
#   nothing is the command's, and on stderr then a line "WORD left" and a line "WORD left PID NAME" for each process that still has
#   the command's stdout or stderr. If the command was not started: "WORD stale", "WORD chdir" or "WORD proc" on stderr.
# Exit: the command's own; 125 beside such a last line; 126 or 127 from the shell if the command cannot be executed (as env(1)).
# Never: starts anything if the paths that the plan was made on have come or gone; waits for what the command leaves behind, or gives
#   it the streams of the session: it writes into pipes that nobody reads any more when the command has ended (SIGPIPE).
set -eu

main() {
  [ "$#" -ge 6 ] || exit 64
  word=$1 dir=$2 creates=$3 removes=$4 chunks=$5
  shift 5
  stand_ready
  # Two pipes without a name: no directory and no room on a disk is needed, and nothing is left to be removed.
  : | {
    : | {
      { relay "$@"; } 3<>/proc/self/fd/5 4<>/proc/self/fd/0
      refuse proc
    }
  } 5<&0
}

relay() {
  exec 6>&2 2>/dev/null
  read -r me _ </proc/self/stat
  read -r began _ </proc/uptime
  cat </proc/self/fd/3 3>&- 4>&- &
  out=$!
  cat </proc/self/fd/4 >&6 3>&- 4>&- &
  err=$!
  code=0
  run "$@" || code=$?
  if nobody_left; then
    exec 3>&- 4>&-
    wait "$out" "$err" || :
  else
    leave
  fi
  exit "$code"
}

run() {
  (
    exec >/proc/self/fd/3 2>/proc/self/fd/4 3>&- 4>&- 5<&- 6>&-
    # What users know from a login, not the strict umask of our own programs.
    umask 022
    if [ "$chunks" = - ]; then
      exec /bin/sh -c "$1"
    else
      { feed "$chunks" "$@"; } 2>/dev/null | { shift "$chunks" && exec /bin/sh -c "$1"; }
    fi
  ) </dev/null
}

# True if no process can have a pipe of ours: none of those that were born since, and none was born while they were looked at. After
# some seconds their numbers may have begun anew, and say nothing.
nobody_left() {
  for _ in 1 2 3; do
    read -r now _ </proc/uptime
    read -r _ _ _ _ last </proc/loadavg
    [ $((${now%.*} - ${began%.*})) -lt 5 ] && [ "$last" -ge "$me" ] || return 1
    pid=$me
    while [ "$pid" -lt "$last" ]; do
      pid=$((pid + 1))
      may_hold "$pid" && return 1
    done
    read -r _ _ _ _ now </proc/loadavg
    [ "$now" != "$last" ] || return 0
  done
  return 1
}

may_hold() {
  case $1 in "$out" | "$err") return 1 ;; esac
  [ -e "/proc/$1" ] || return 1
  [ -r "/proc/$1/fd" ] || return 0
  for fd in "/proc/$1/fd"/*; do
    if is_ours "$fd"; then return 0; fi
  done
  return 1
}

leave() {
  markers=' '
  settle 3 "$out"
  settle 4 "$err"
  printf '\n%s left\n' "$word" >&6
  for directory in /proc/[0-9]*; do tell_if_left "${directory#/proc/}"; done >&6
}

# Nobody may wait for the end of such a pipe. The word behind what the command wrote shows whether all of it was moved, hence no harm
# is done if the time was too short. It is written in the background, as the pipe may be full.
settle() {
  mark "$1" &
  marker=$!
  markers="$markers$marker "
  tries=250 seen=
  until is_past "$marker" "$2"; do
    tries=$((tries - 1))
    sleep 0.02 2>/dev/null || { sleep 1 && tries=$((tries - 49)); }
    [ "$tries" -gt 0 ] || break
  done
  kill "$2" || :
  wait "$2" || :
}

# What has read more since than a pipe can hold, has written all that was in it then (proc_pid_io(5)).
is_past() {
  has_ended "$1" || return 1
  sleeps_reading "$2" && return 0
  read -r _ count <"/proc/$2/io" || return 1
  [ -n "$seen" ] || seen=$count
  [ $((count - seen)) -gt 2097152 ]
}

# Opened anew for writing only: who writes gets SIGPIPE once this program, which reads, has ended.
mark() {
  exec >"/proc/self/fd/$1" 3>&- 4>&-
  printf '%s\n' "$word"
}

has_ended() {
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  case ${line##*) } in [ZX]*) ;; *) return 1 ;; esac
}

# By proc_pid_syscall(5): number of the call, then its arguments in hex. What waits to read from fd 0 has written all it had read.
sleeps_reading() {
  { read -r _ argument _ <"/proc/$1/syscall"; } 2>/dev/null || return 1
  [ "$argument" = 0x0 ]
}

tell_if_left() {
  case $markers in *" $1 "*) return ;; esac
  is_ours "/proc/$1/fd/1" || is_ours "/proc/$1/fd/2" || return 0
  name=
  read -r name <"/proc/$1/comm" || :
  printf '%s left %s %s\n' "$word" "$1" "$name"
}

# POSIX of 2024 has -ef, and so have dash, bash and busybox since long.
# shellcheck disable=SC3013
is_ours() {
  [ "$1" -ef /proc/self/fd/3 ] || [ "$1" -ef /proc/self/fd/4 ]
}

main "$@"
