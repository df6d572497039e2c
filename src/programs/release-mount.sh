# release-mount: unmounts one mount in one mount namespace, if it still is the mount that was looked at.
#
# Begins with bounded.sh and namespace-tools.sh. Arguments: 1 file of the namespace (/proc/PID/ns/mnt, or what pins it); 2 its inode;
#   3 directory of the task that it was taken from (/proc/PID or /proc/PID/task/TID), or ""; 4 start time of that task (field 22 of
#   stat), or ""; 5 plain or lazy; 6 seconds for each step; 7 mount id; 8 parent id; 9 peer group of the parent, or -; 10 major:minor;
#   11 root; 12 mount point; 13 file system type; 14 tools to choose from, in this order: perl python umount busybox.
# Records: tool NAME | found TEXT (what differs from the arguments) | below POINT (a mount on it) | errno NUMBER | said TEXT | stuck PID.
# Exit: 0 the mount is gone from the table of that namespace; 10 stale, nothing was done; 11 busy; 12 denied, or locked by a user
#   namespace (EINVAL); 13 no tool; 14 the step did not end in time; 20 it failed in another way, or the mount is still there.
# Never: asks the kernel again after an answer that it understood, forces (MNT_FORCE), unmounts a mount that carries others, follows a link at the mount point, runs a program of
#   the namespace that it enters.
set -eu

stale() {
  record found "$1"
  finish 10
}

# Lines that a tool printed: records already, escaped.
relay() {
  lines=$(printf '%s\n' "$1" | grep -E "^(found|below|errno)$tab") || return 0
  printf '%s\n' "$lines"
  records=$((records + $(printf '%s\n' "$lines" | awk 'END { print NR }')))
}

step() {
  bounded "$seconds" "$@"
  if [ "$code" = late ]; then
    if [ -n "$stuck" ]; then record stuck "$stuck"; fi
    finish 14
  fi
}

# perl or python do all of it; 13 means that this one cannot do it here.
whole() {
  step "$@" /proc/self/fd/9 "$inode" "$mode" "$id" "$parent" "$group" "$device" "$root" "$point" "$type"
  if [ "$code" = 13 ]; then return 0; fi
  record tool "${1##*/}"
  relay "$said"
  case $code in 0 | 10 | 11 | 12 | 20) finish "$code" ;; esac
  record said "$said"
  finish 20
}

# For tools that only unmount: the table of the task, which must live in the namespace and see all of it.
compare_table() {
  [ "$(readlink "$task/root")" = / ] || return 1
  verdict=0
  lines=$(ID=$id PARENT=$parent GROUP=$group DEVICE=$device ROOT=$root POINT=$point TYPE=$type awk "$compare" "$task/mountinfo") ||
    verdict=$?
  [ "$(readlink "$task/ns/mnt")" = "mnt:[$inode]" ] || stale 'another namespace'
  relay "$lines"
  case $verdict in 0) return 0 ;; 10 | 11) finish "$verdict" ;; *) return 1 ;; esac
}

# Unmounts, then looks whether the mount is gone. Exit numbers of umount(8) do not tell why it failed: libmount, for one, fails
# where the namespace has no /proc; so the next tool may have its turn.
plainly() {
  compare_table || return 0
  record tool "$1"
  shift
  step "$@"
  [ "$(readlink "$task/ns/mnt")" = "mnt:[$inode]" ] || stale 'the process left the namespace'
  verdict=0
  # shellcheck disable=SC2016
  ID=$id awk '$1 == ENVIRON["ID"] { found = 1 } END { exit found }' "$task/mountinfo" || verdict=20
  if [ "$verdict" = 0 ]; then finish 0; fi
  record said "$said"
  failed=20
}

# True for a 64-bit little-endian program without an interpreter; one with it would load that from the namespace.
is_static() {
  od -An -v -tu1 -N 1024 "$1" | awk '
    { for (i = 1; i <= NF; i++) b[n++] = $i }
    END {
      if (b[0] != 127 || b[1] != 69 || b[4] != 2 || b[5] != 1) exit 1
      for (i = 0; i < b[56]; i++) { p = b[32] + b[33] * 256 + i * b[54]; if (p + 3 >= n || b[p] == 3) exit 1 }
    }'
}

# Sets $file to a program of the host by its whole path: some shells would take a builtin of that name.
find_file() {
  for dir in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
    file=$dir/$1
    if [ -f "$file" ] && [ -x "$file" ]; then return 0; fi
  done
  return 1
}

with_umount() {
  find_file umount || return 0
  umount=$file
  "$umount" --help 2>&1 | grep -q -- --namespace || return 0
  if [ "$mode" = lazy ]; then set -- --lazy; else set --; fi
  set -- "$umount" --namespace /proc/self/fd/9 --no-canonicalize --internal-only "$@" -- "$point"
  # libmount asks the /proc of the namespace about itself, and does not stand in it unless it has a pid there.
  if [ "$(readlink "$task/ns/pid")" != "$(readlink /proc/self/ns/pid)" ]; then
    find_file nsenter || return 0
    pid=${task#/proc/}
    set -- "$file" --target "${pid%%/*}" --pid "$@"
  fi
  plainly umount "$@"
}

# The program is found through the working directory, which stays that of the host.
with_busybox() {
  find_file busybox || return 0
  binary=$(readlink -f "$file")
  is_static "$binary" || return 0
  find_file nsenter || return 0
  if [ "$mode" = lazy ]; then set -- -l; else set --; fi
  plainly busybox "$file" --mount=/proc/self/fd/9 --wd="${binary%/*}" "./${binary##*/}" umount "$@" -- "$point"
}

release() {
  bounded 5 stat -L -c %i /proc/self/fd/9
  [ "$code:$said" = "0:$inode" ] || stale 'another namespace'
  failed=13
  for tool in $tools; do
    case $tool in
      perl) if command -v perl >/dev/null; then whole perl -e "$in_perl" --; fi ;;
      python)
        for name in python3 python2 python /usr/libexec/platform-python; do
          if command -v "$name" >/dev/null; then whole "$name" -E -s -c "$in_python"; fi
        done
        ;;
      umount) if [ -n "$task" ]; then with_umount; fi ;;
      busybox) if [ -n "$task" ]; then with_busybox; fi ;;
      *) exit 64 ;;
    esac
  done
  finish "$failed"
}

main() {
  [ "$#" -eq 14 ] || exit 64
  nsfile=$1 inode=$2 task=$3 start=$4 mode=$5 seconds=$6 id=$7 parent=$8 group=$9
  shift 9
  device=$1 root=$2 point=$3 type=$4 tools=$5
  case $mode:$point in plain:/?* | lazy:/?*) ;; *) exit 64 ;; esac
  case $point/ in */../* | */./*) exit 64 ;; esac
  if [ -n "$task" ]; then
    { read -r line <"$task/stat"; } 2>/dev/null || stale 'the process is gone'
    # shellcheck disable=SC2086
    set -- ${line##*) }
    [ "${20}" = "$start" ] || stale 'another process has its number'
  fi
  bounded 5 stat -L -c %i -- "$nsfile"
  [ "$code:$said" = "0:$inode" ] || stale 'another namespace'
  # Without command, a file that is gone by now would end the shell (POSIX 2.8.1); of a fd that exec opens, the children of a ksh have none.
  # Not 8: by that one a hook finds what it started.
  if ! { command exec 7<"$nsfile"; } 2>/dev/null; then
    if [ -e "$nsfile" ]; then
      record said "the namespace is there and cannot be opened: $nsfile"
      finish 20
    fi
    stale 'the namespace is gone'
  fi
  release 9<&7
}

main "$@"
