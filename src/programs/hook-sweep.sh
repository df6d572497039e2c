# hook-sweep: the task dead_containers of a compiled hook: looks, decides (hook-plan), frees what dead containers hold and asks Docker to
#   remove them, round by round, until nothing is left to do or nothing more may be done.
#
# Begins with hook-look.sh and runs inside of hook-frame, with its functions and files. Arguments: 1 seconds that each question to Docker
#   may take; from 2 on words for hook-plan.
# Leaves in $work, for the tally: seen, leaks (lines KEY CONTAINER), targets, freed (keys), removed (ids).
# Never: restarts anything, asks Docker twice for a removal, tries a step twice.
# No set -e here: what a program answers is looked at, and a program of its own has it.
set -u

tried() { printf 'tried\t%s\t%s\n' "$1" "$2" >>"$work/tried"; }

# Words for an answer of a step, and the outcome that hook-plan goes by.
outcome() {
  case $code in
    0) result=ok ;;
    10) result="stale: $(told found)" ;;
    11) result=busy ;;
    12) result="denied $(told errno)$(told said)" ;;
    13) result='no tool here can do it' ;;
    14) result='it did not end in time, and was left to itself' ;;
    *) result="it failed: $(told said)" ;;
  esac
}

# All that lived must live; if not, sets $fail, and nothing more is done.
unharmed() {
  set --
  while IFS=$tab read -r kind words name; do
    if [ "$kind" = watch ]; then set -- "$@" "$words"; fi
  done <"$work/plan"
  call check_bystanders "$@"
  if [ "$code" = 0 ] && [ -n "$whole" ] && ! grep -q "^harmed$tab" "$work/out"; then return 0; fi
  unknown "after the last step not every container is as it was: $(grep "^harmed$tab" "$work/out" | tr '\t\n' '  '); nothing more is done"
}

unmount() {
  change=$1 mode=$2 inode=$4 id=$7 parent=$8 group=$9
  decode "$3"
  nsfile=$plain
  decode "$5"
  task=$plain
  decode "$6"
  start=$plain
  shift 9
  device=$1 holder=$5
  decode "$2"
  root=$plain
  decode "$3"
  point=$plain
  decode "$4"
  type=$plain
  if [ "$mode" = lazy ]; then
    call find_openers 5 "$inode" "$point" "$device" "$id"
    if [ -z "$whole" ]; then
      tried 'nobody could tell who has it open' "$change"
      return 0
    fi
    say "before it is detached, it is open in: $(sed -n "s/^opener$tab\([0-9]*\)$tab\([^$tab]*\).*/\2 (pid \1)/p" "$work/out" | tr '\n' ' ')"
  fi
  call release_mount "$nsfile" "$inode" "$task" "$start" "$mode" "$(step_seconds)" "$id" "$parent" "$group" "$device" "$root" "$point" \
    "$type" 'perl python umount busybox'
  outcome
  tried "$result" "$change"
  if [ "$result" = ok ]; then printf '%s\n' "$inode:$id:$device" >>"$work/freed"; fi
  say "unmount of $3 in $holder: $result"
}

# The kernel detaches whatever sits on the directory, so every table of the host is looked at right before.
remove_directory() {
  change=$1 identity=$3 inode=$4 covers=$5
  decode "$2"
  dir=$plain
  cp "$work/records" "$work/records.kept"
  : >"$work/records"
  result='it is not known what sits on it'
  scan all
  if [ -z "$fail" ]; then
    set -- path="$dir" in="$inode"
    for cover in $(printf '%s' "$covers" | tr ',' ' '); do set -- "$@" "cover=$cover"; done
    decide detach "$@"
    result="stale: $(told found)"
    if [ -z "$fail" ] && ! grep -q "^found$tab" "$work/out"; then
      call remove_mount_point "$dir" "$identity" "$inode" "$(step_seconds)"
      outcome
    fi
  fi
  mv "$work/records.kept" "$work/records"
  tried "$result" "$change"
  say "removal of the empty directory $dir: $result"
}

# Sets $file to what even root cannot remove of what Docker would remove; empty if there is none.
look_for_obstacles() {
  engine=$(grep "^engine$tab" "$work/records" | sed -n '$p' | cut -f 3,4)
  driver=${engine%%"$tab"*}
  decode "${engine#*"$tab"}"
  set -- "$plain/containers/$1" "$2"
  case $driver:$2 in
    *:) set -- "$1" ;;
    aufs:*) set -- "$1" "$plain/aufs/diff/$2" ;;
    vfs:*) set -- "$1" "$plain/vfs/dir/$2" ;;
    *overlay*) set -- "$1" "$plain/$driver/$2" ;;
    *) set -- "$1" ;;
  esac
  call find_obstacles 5 "$@"
  file=$(told immutable)
  if [ -z "$whole" ]; then file='something that could not be looked at'; fi
}

remove() {
  if grep -q "^$1\$" "$work/asked"; then return 0; fi
  printf '%s\n' "$1" >>"$work/asked"
  look_for_obstacles "$1" "$3"
  if [ -n "$file" ]; then
    keep "container $2: nothing holds it, but $file cannot be removed"
    return 0
  fi
  seconds=$((limit * 10))
  call remove_container "$1" "$((seconds > 60 ? seconds : 60))"
  outcome
  if [ "$result" = ok ]; then
    printf '%s\n' "$1" >>"$work/removed"
    say "docker rm $2: ok"
  else
    keep "container $2: docker rm: $result"
  fi
}

keep() {
  say "left: $1"
  printf '%s\n' "$1" >>"$work/kept"
}

# The steps of one round; $steps counts what was tried.
take_steps() {
  steps=0
  cp "$work/plan" "$work/steps"
  while IFS=$tab read -r kind a b c d e f g h i j k l m n; do
    case $kind in rmdir | unmount | removable) ;; *) continue ;; esac
    if [ "$kind" = removable ] && { [ "$daemon" != answered ] || grep -q "^$a\$" "$work/asked"; }; then continue; fi
    if [ -n "$dry_run" ]; then
      case $kind in
        rmdir) say "would remove the empty directory $b, with what sits on it in ${f:-}" ;;
        unmount) say "would unmount $l in $n" ;;
        removable) say "would remove container $b" ;;
      esac
      continue
    fi
    steps=$((steps + 1))
    case $kind in
      rmdir) remove_directory "$a" "$b" "$c" "$d" "$e" ;;
      unmount) unmount "$a" "$b" "$c" "$d" "$e" "$f" "$g" "$h" "$i" "$j" "$k" "$l" "$m" "$n" ;;
      removable) remove "$a" "$b" "$c" ;;
    esac
    tally
    if [ -n "$fail" ]; then return 0; fi
    unharmed
    if [ -n "$fail" ]; then return 0; fi
  done <"$work/steps"
}

# Why nothing is done for a container, once no step is left.
tell_refused() {
  while IFS=$tab read -r kind code_word id name why; do
    if [ "$kind" != refused ]; then continue; fi
    if [ "$code_word" = unknown ]; then doubt "container $name: $why"; else say "left: container $name: $why"; fi
  done <"$work/plan"
}

main() {
  limit=$1 round=0 daemon=''
  shift
  for file in seen leaks tried asked plan; do : >"$work/$file"; done
  while [ "$round" -lt 20 ]; do
    round=$((round + 1))
    look "$@"
    tally
    if [ "$state" != decided ]; then break; fi
    take_steps
    if [ "$steps" = 0 ] || [ -n "$fail" ]; then break; fi
  done
  if [ "$state" = decided ]; then tell_refused; fi
  tally
}

main "$@"
