# prologue: what the shell of every session starts with: a known environment, the facts of the host, and the guard.
#
# Read by /bin/sh from its stdin; runs in the session's own shell, with builtins alone, so that it costs no fork.
# unbusy_facts OPENING CLOSING prints the records os, kernel, nodename, boot, proc, visible, uid, group, shell between the two lines
# of their frame, all in one write.
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset CDPATH ENV BASH_ENV HISTFILE
IFS=' 	
'
unalias -a
umask 077
# Somewhere where it keeps no mount busy.
cd /

# unbusy_stat PID: reads /proc/PID/stat (proc(5)) into unbusy_line, unbusy_ppid, unbusy_pgrp, unbusy_start.
unbusy_stat() {
  { read -r unbusy_line <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- ${unbusy_line##*) }
  unbusy_ppid=$2 unbusy_pgrp=$3 unbusy_start=${20}
}

# Finds the way up to what carries the session (sshd, or the controller itself): unbusy_top is the last process of ours,
# unbusy_carrier the one above it. unbusy_group_start stays empty if the group's leader is not ours: then the group is
# shared with the carrier and is never signalled as a whole.
unbusy_place() {
  unbusy_top= unbusy_carrier= unbusy_group= unbusy_group_start= unbusy_shell_start=
  unbusy_stat self || return 0
  [ "${unbusy_line%% *}" = "$$" ] || return 0
  unbusy_group=$unbusy_pgrp unbusy_shell_start=$unbusy_start unbusy_carrier=$$
  while :; do
    unbusy_top=$unbusy_carrier unbusy_carrier=$unbusy_ppid
    [ "$unbusy_top" != "$unbusy_group" ] || unbusy_group_start=$unbusy_start
    # A shell reads byte by byte: the name alone (Linux 2.6.33, Docker wants 3.10) costs a tenth, and mostly this is the last step.
    { read -r unbusy_comm <"/proc/$unbusy_carrier/comm"; } 2>/dev/null || break
    case $unbusy_comm in
      sh | ash | dash | bash | ksh | mksh | zsh | csh | tcsh | fish | busybox | su | sudo | doas) ;;
      *) break ;;
    esac
    unbusy_stat "$unbusy_carrier" || break
  done
}

unbusy_facts() {
  unbusy_os= unbusy_kernel= unbusy_node= unbusy_boot= unbusy_uid= unbusy_proc=no unbusy_visible=no
  {
    read -r unbusy_os </proc/sys/kernel/ostype
    read -r unbusy_kernel </proc/sys/kernel/osrelease
    read -r unbusy_node </proc/sys/kernel/hostname
    read -r unbusy_boot </proc/sys/kernel/random/boot_id
    while read -r unbusy_key unbusy_uid unbusy_rest_of_line; do
      [ "$unbusy_key" != Uid: ] || break
    done </proc/self/status
  } 2>/dev/null
  # Only a host without /proc pays for these two.
  [ -n "$unbusy_os" ] || unbusy_os=$(uname -s)
  [ -n "$unbusy_uid" ] || unbusy_uid=$(id -u)
  unbusy_place
  [ -z "$unbusy_top" ] || unbusy_proc=yes
  # The mount option hidepid of proc(5) keeps everybody but root out of the first process's directory.
  if [ -e /proc/1/stat ]; then unbusy_visible=yes; fi
  unbusy_tab='	'
  printf '%s\n' "$1" "os$unbusy_tab$unbusy_os" "kernel$unbusy_tab$unbusy_kernel" "nodename$unbusy_tab$unbusy_node" \
    "boot$unbusy_tab$unbusy_boot" "proc$unbusy_tab$unbusy_proc" "visible$unbusy_tab$unbusy_visible" "uid$unbusy_tab$unbusy_uid" \
    "group$unbusy_tab$unbusy_group$unbusy_tab$unbusy_group_start" "shell$unbusy_tab$$$unbusy_tab$unbusy_shell_start" \
    "end${unbusy_tab}9" "$2 0"
}

# unbusy_nap: sleeps for 3 seconds. A child in the foreground costs most shells no copy of their memory, but they hear no signal until
# it ends; so only where the kernel lists children, and unbusy_rest finds it. By its path, since some shells have a sleep of their own,
# which is no child.
unbusy_nap() {
  if [ -x /bin/sleep ] && [ -e "/proc/$$/task/$$/children" ]; then
    /bin/sleep 3
  else
    sleep 3 &
    wait "$!"
  fi
}

# unbusy_guard SECONDS: ends the whole process group after that time, or as soon as the shell was killed or its carrier is gone.
# Acts on nothing but its own group, and polls, because a plain sh can wait for no more than one thing.
unbusy_guard() {
  unbusy_before=$! unbusy_left=$1
  trap '[ "$!" = "$unbusy_before" ] || { kill "$!"; wait "$!"; }; exit 0' TERM
  while [ "$unbusy_left" -gt 0 ]; do
    unbusy_nap || exit 0
    unbusy_left=$((unbusy_left - 3))
    unbusy_stat self || continue
    [ "$unbusy_ppid" = "$$" ] || break
    unbusy_stat "$unbusy_top"
    [ "$unbusy_ppid" = "$unbusy_carrier" ] || break
  done
  trap '' TERM
  if [ -n "$unbusy_group_start" ]; then
    kill -s TERM 0
    # Time to clean up. bash leaves by its trap now, which takes this sleep for a nap and ends it, but only one.
    sleep 2 || sleep 2
    kill -s KILL 0
  fi
  unbusy_stat self && [ "$unbusy_ppid" = "$$" ] && kill -s KILL "$$"
}

# unbusy_watch SECONDS: one guard at a time; a new one takes the place of the old. In braces: a function that is given files keeps copies of
# those that it had before, under dash and ash, and the channel would stay open as long as it lives.
unbusy_watch() {
  unbusy_rest
  [ -n "$unbusy_top" ] || return 0
  { unbusy_guard "$1"; } </dev/null >/dev/null 2>&1 &
  unbusy_guard_pid=$!
}

# unbusy_children PID: reads its children into unbusy_line. The kernel's own list (Linux 3.5; before 4.2 with CONFIG_CHECKPOINT_RESTORE)
# is shorter than a line of stat; it ends without a newline.
unbusy_children() {
  unbusy_line=
  { read -r unbusy_line <"/proc/$1/task/$1/children"; } 2>/dev/null || :
}

unbusy_is_child() {
  unbusy_children "$$"
  case " $unbusy_line " in
    *" $1 "*) return 0 ;;
  esac
  unbusy_stat "$1" && [ "$unbusy_ppid" = "$$" ]
}

# Ends the guard, if that process is still our child, and its nap, after which it hears of its own end. It may have been about to nap
# when it was told: then the nap comes in a moment, or the guard is gone, and with it what exe in proc(5) leads to. KILL, since a nap
# that was just born still has the guard's trap.
unbusy_rest() {
  [ -n "$unbusy_guard_pid" ] || return 0
  if unbusy_is_child "$unbusy_guard_pid"; then
    kill "$unbusy_guard_pid"
    unbusy_tries=200
    while [ "$unbusy_tries" -gt 0 ] && [ -e "/proc/$unbusy_guard_pid/exe" ]; do
      unbusy_tries=$((unbusy_tries - 1))
      unbusy_children "$unbusy_guard_pid"
      [ -n "$unbusy_line" ] || continue
      # Word splitting is wanted. The guard may have ended its nap itself.
      kill -s KILL $unbusy_line 2>/dev/null || :
      break
    done
  fi
  unbusy_guard_pid=
}
unbusy_guard_pid=
trap unbusy_rest EXIT
