# hook-act: functions that hook-sweep and hook-product begin with, after those of hook-look: steps on the host, and how they ended.
#
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
