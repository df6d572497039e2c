# hook-act: functions that hook-sweep and hook-product begin with, after those of hook-look: steps on the host, how they ended, and the
#   rounds of looks and steps.
#
# What differs is theirs: look_around (one look, with the plan of a round in $work/plan; sets $state to decided or nothing, else it stays
#   unknown), and, for a record of the plan in $kind and $a to $n, is_step (asked in a condition, so it calls no program), tell_step (what would be
#   done) and take_step.
# No set -e: what a program answers is looked at, and a program of its own has it.

tried() { printf 'tried\t%s\t%s\n' "$1" "$2" >>"$work/tried" || lost; }

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
  if [ "$result" = ok ]; then printf '%s\n' "$inode:$id:$device" >>"$work/freed" || lost; fi
  say "unmount of $3 in $holder: $result"
}

# Looks at what Docker removes with a container of this id and layer; sets $asked to how many directories that is.
look_at_directories() {
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
  asked=$#
  call find_obstacles 5 "$@"
}

# Sets $file to what even root cannot remove of that; empty if there is none.
look_for_obstacles() {
  look_at_directories "$1" "$2"
  file=$(told immutable)
  if [ -z "$whole" ]; then file='something that could not be looked at'; fi
}

keep() {
  say "left: $1"
  printf '%s\n' "$1" >>"$work/kept" || lost
}

# The steps of one round; $steps counts what was tried.
take_steps() {
  steps=0
  cp "$work/plan" "$work/steps" || lost
  while IFS=$tab read -r kind a b c d e f g h i j k l m n; do
    if ! is_step; then continue; fi
    if [ -n "$dry_run" ]; then
      tell_step
      continue
    fi
    steps=$((steps + 1))
    take_step
    tally
    if [ -n "$fail" ]; then return 0; fi
    unharmed
    if [ -n "$fail" ]; then return 0; fi
  done <"$work/steps"
}

# Looks and acts until nothing is left to do or nothing more may be done. Arguments: those of look_around.
go_round() {
  round=0 daemon='' silence_told=''
  for file in seen leaks tried plan; do : >"$work/$file"; done
  while [ "$round" -lt 20 ]; do
    round=$((round + 1))
    state=unknown fail=''
    look_around "$@"
    tally
    if [ "$state" != decided ]; then return 0; fi
    take_steps
    if [ "$steps" = 0 ] || [ -n "$fail" ]; then return 0; fi
  done
}
