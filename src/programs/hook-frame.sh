# hook-frame: what stands around the tasks of a compiled hook: options, budget, lock, log, and the one line at the end.
#
# Comes last in a hook, after nap.sh, hook-lock.sh, hook-report.sh and hook-metrics.sh, the programs as functions, hook_playbook (a call of `task` for each task of
#   the playbook), and $unbusy_name $unbusy_version $unbusy_playbook $unbusy_budget. Arguments: those of the hook, see usage.
# What works is a child with its own watchdog: the frame itself waits for nothing that could hang, and the caller's files are not
#   passed on, so that whoever reads the hook's output never waits for a process that no signal ends.
# Exit: 0 unless --strict; with it 0 nothing is left, 10 something is, 11 not root, 12 this host cannot be worked on, 13 not in time,
#   14 something could not be looked at, 64 wrong arguments. 129, 130 and 143 after a signal.

usage() {
  cat <<'END'
Frees what dead containers hold on this host, as the playbook of this hook says. Needs root. Exits 0 unless --strict.
  --dry-run           say what would be done, change nothing
  --only KIND=VALUE   only containers with name=GLOB, id=HEX, label=KEY[=VALUE], or the ids in id-file=FILE; repeat for more
  --yes               stop and remove what runs, if the playbook wants that; without it such a task only releases mounts
  --strict            exit 10 if something is left, 11 not root, 12 not a host to work on, 13 not in time, 14 something is not known,
                      64 wrong arguments
  --budget SECONDS    time for everything; what has not ended then is ended, or left to itself
  --log FILE          instead of /var/log/unbusy/NAME.log
  --status FILE       instead of /var/lib/unbusy/hook/NAME.json
  --metrics FILE      write numbers for the textfile collector of node-exporter there, after each run
  --period SECONDS    how often a run is to come, for these numbers
  --quiet             print nothing if nothing is left and nothing unknown
  --version           print the version and the playbook
END
}

# Ends with the number that the caller wants to see.
leave() {
  if [ -n "$strict" ]; then exit "$rc"; fi
  exit 0
}

give_up() {
  rc=$1
  printf '%s\n' "$2" >&2
  case $rc in 12 | 13) write_metrics ;; esac
  tell_result "$rc"
  leave
}

# One line for each --only; what a shell or a pattern could misread is refused.
add_only() {
  case $1 in
    name=?* | id=?* | label=?*)
      case ${1#*=} in *[!A-Za-z0-9_.*?/=:@+-]*) return 1 ;; esac
      only="$only${1%%=*}:${1#*=}$nl"
      ;;
    id-file=?*)
      if [ ! -r "${1#*=}" ]; then return 1; fi
      # A line that is no id, such as a name, would mean nobody, and what it was meant for would pass for clean.
      if grep -qv -e '^ *[0-9a-f]\{12,64\} *$' -e '^ *$' -e '^ *#' "${1#*=}"; then return 1; fi
      only="${only}none$nl$(sed -n 's/^ *\([0-9a-f]\{12,64\}\) *$/id:\1/p' "${1#*=}")$nl"
      ;;
    *) return 1 ;;
  esac
}

read_options() {
  for each do if [ "$each" = --strict ]; then strict=true; fi; done
  while [ "$#" -gt 0 ]; do
    case $1 in
      --strict) ;;
      --dry-run) dry_run=true ;;
      --yes) consent=true ;;
      --quiet) quiet=true ;;
      --help | -h) usage && exit 0 ;;
      --version) printf 'unbusy %s, %s\n' "$unbusy_version" "$unbusy_playbook" && exit 0 ;;
      --*=*)
        each=$1
        shift
        set -- "${each%%=*}" "${each#*=}" "$@"
        continue
        ;;
      --only | --budget | --log | --status | --metrics | --period)
        if [ "$#" -lt 2 ]; then give_up 64 "$1 needs a value"; fi
        case $1 in
          --only) add_only "$2" || give_up 64 "--only $2: not name=GLOB, id=HEX, label=KEY[=VALUE], or id-file=FILE with ids of 12 to 64 digits alone" ;;
          --budget) budget=$2 ;;
          --log) log=$2 ;;
          --status) status=$2 ;;
          --metrics) metrics=$2 ;;
          --period) period=$2 ;;
        esac
        shift
        ;;
      *) give_up 64 "unknown argument: $1; see --help" ;;
    esac
    shift
  done
  case $period in 0 | [1-9]*) ;; *) give_up 64 "--period $period: not a number of seconds" ;; esac
  case $period in *[!0-9]* | ?????????*) give_up 64 "--period $period: not a number of seconds" ;; esac
  case $metrics in '' | /*) ;; *) give_up 64 "--metrics $metrics: not an absolute path" ;; esac
  case $budget in '' | 0* | *[!0-9]* | ??????*) give_up 64 "--budget $budget: not a number of seconds" ;; esac
}

# What every step here rests on.
check_host() {
  for each in awk sed grep stat xargs readlink tr date sort mkdir; do
    command -v "$each" >/dev/null || give_up 12 "this host has no $each"
  done
  if ! (: </proc/1/mountinfo) 2>/dev/null; then give_up 12 'this host has no usable /proc'; fi
  make_base || give_up 12 'there is no directory for the lock: /run, /dev/shm and /tmp cannot be used'
}

# Seconds for one step: what is left of the budget, at most twenty.
step_seconds() {
  uptime
  left_for_step=$((deadline - now - 2))
  if [ "$left_for_step" -gt 20 ]; then left_for_step=20; fi
  if [ "$left_for_step" -lt 1 ]; then left_for_step=1; fi
  printf '%s' "$left_for_step"
}

# Runs a program; its records are in $work/out. Sets $code, and $whole if it came to its end. Never to be called in a condition.
call() {
  call_name=unbusy_program_$1
  shift
  ("$call_name" "$@") </dev/null >"$work/out" 2>"$work/complaint"
  code=$?
  cat "$work/complaint"
  whole=''
  case $(sed -n '$p' "$work/out") in end"$tab"*) whole=yes ;; esac
}

# A task of the playbook: its name, its place, the program that does it, and the arguments of that.
task() {
  say "task: $1 ($2)"
  task_program=unbusy_program_$3
  shift 3
  ("$task_program" "$@")
  code=$?
  if [ "$code" = 74 ]; then exit 74; fi
  if [ "$code" != 0 ]; then
    doubt "the task ended with exit number $code"
    tally
  fi
  read -r counted <"$work/tally"
  count_leaks
  # What this task counted is counted.
  for each in seen leaks why freed targets kept doubts; do : >"$work/$each"; done
}

# The child that works. Nothing of the caller's is open in it.
work_on() {
  trap - TERM INT HUP
  for each in only said tally seen leaks why causes freed targets removed kept doubts; do : >"$work/$each"; done
  printf '%s' "$only" >"$work/only" || lost
  counted='0 0 0'
  printf '0 0 0\n' >"$work/tally" || lost
  read -r kernel </proc/sys/kernel/osrelease
  say "unbusy $unbusy_version, $unbusy_playbook, sha256 $unbusy_sha256, Linux $kernel, budget $budget s"
  hook_playbook
  mkdir "$work/finished" || lost
}

watch_over() {
  nap "$1"
  start_of "$2"
  # Whoever has the number of a frame that is gone is none of ours.
  if [ "$started" = "$3" ]; then kill -s USR1 "$2"; else end_tasks "$alive"; fi
}

# Tells it until it is gone, see nap; a second is enough for a process that only sleeps.
end_watch() {
  uptime
  watch_until=$((now + 2))
  while kill "$watcher" 2>/dev/null && [ "$now" -lt "$watch_until" ]; do
    case $(state_of "$watcher") in '' | Z | X) return 0 ;; esac
    uptime
  done
}

# Waits for the child, at most until the budget is used up. A signal to the frame ends the wait.
run_tasks() {
  work=$lock
  to=$log
  if [ "$log" = - ]; then to=$work/log; fi
  ending='' worker='' worker_code=''
  trap 'ending=late' USR1
  trap 'ending=143' TERM
  trap 'ending=130' INT
  trap 'ending=129' HUP
  start_of "$$"
  uptime
  # Both in braces: a function that is given files keeps copies of those that it had before, under dash and ash, and whoever reads our
  # output would wait for it.
  { watch_over "$((deadline - now))" "$$" "$started"; } </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  watcher=$!
  # What works has its mark from birth: a signal may want it ended before it did anything.
  exec 8>&-
  {
    { work_on; } </dev/null >>"$to" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 9>&- &
    worker=$!
  } 8<"$alive"
  while [ -z "$ending" ] && [ ! -e "$work/finished" ] && kill -0 "$worker" 2>/dev/null; do
    worker_code=0
    wait "$worker" || worker_code=$?
  done
  trap '' USR1 TERM INT HUP
  end_watch
  # It ended before the first wait.
  if [ -z "$ending$worker_code" ]; then wait "$worker" || worker_code=$?; fi
  if [ -n "$ending" ] || [ ! -e "$work/finished" ]; then end_tasks "$alive"; fi
}

# A line about how it ended, for whoever reads what the child said; where that cannot be written, right away.
last_word() { printf '%s\n' "$1" >>"$work/said" || printf '%s\n' "$1"; }

end_log() { sed -n '$p' "$work/said" >>"$log"; }

# Counts and lines of the child, whatever became of it.
read_results() {
  released=0 left=0 unknown=1
  if [ -s "$work/tally" ]; then read -r released left unknown <"$work/tally"; fi
  if [ -n "$abandoned" ]; then
    unknown=$((unknown + 1))
    last_word "left to itself, in state D:$abandoned"
  fi
  case $ending in
    late)
      rc=13 unknown=$((unknown + 1))
      last_word "the budget of $budget s is used up; what was not reached is not known"
      ;;
    '') if [ ! -e "$work/finished" ]; then
      rc=12 unknown=$((unknown + 1))
      if [ "$worker_code" = 74 ]; then
        last_word "there is no room in $work for what is found; what was not reached is not known"
      else last_word 'the hook was ended in the middle'; fi
    fi ;;
    *)
      rc=13 unknown=$((unknown + 1))
      last_word 'ended by a signal; what was not reached is not known'
      ;;
  esac
  if [ "$log" != - ] && [ "$rc" != 0 ]; then attempt 2 end_log; fi
}

main() {
  # shellcheck disable=SC3040
  if [ -n "${BASH_VERSION-}" ]; then set -o posix; fi
  LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export LC_ALL PATH
  umask 077
  unset CDPATH ENV BASH_ENV
  unalias -a 2>/dev/null
  nl='
' tab='	' IFS=' 	
'
  strict='' dry_run='' consent='' quiet='' only='' log='' status='' metrics='' period=0 budget=$unbusy_budget work='' alive='' abandoned='' base=''
  released=0 left=0 unknown=1 rc=0
  { read -r clock _ </proc/uptime; } 2>/dev/null || clock=0
  read_options "$@"
  cd / || give_up 12 'the root directory cannot be entered'
  if [ "$(id -u)" != 0 ]; then log=- && give_up 11 'not root: nothing was looked at'; fi
  check_host
  began=$(date +%s)
  uptime
  deadline=$((now + budget))
  open_log
  if ! take_lock "$budget"; then
    case $lock_fault in another*) give_up 13 "$lock_fault" ;; *) give_up 12 "$lock_fault" ;; esac
  fi
  run_tasks
  read_results
  judge
  write_metrics
  if [ -n "$metrics_fault" ]; then quiet='' && printf '%s\n' "$metrics_fault" >>"$work/said"; fi
  if [ -z "$quiet" ] || [ "$rc" != 0 ]; then
    cat "$work/said" 2>/dev/null
    if [ "$log" = - ]; then cat "$work/log" >&2; fi
  fi
  tell_result "$rc"
  drop_lock
  case $ending in 1??) exit "$ending" ;; esac
  leave
}

main "$@"
