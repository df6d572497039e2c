# hook-sweep: the task dead_containers of a compiled hook: looks, decides (hook-plan), frees what dead containers hold and asks Docker to
#   remove them, round by round, until nothing is left to do or nothing more may be done.
#
# Begins with hook-look.sh and hook-act.sh, and runs inside of hook-frame, with its functions and files. Arguments: 1 seconds that each question to Docker
#   may take; from 2 on words for hook-plan.
# Leaves in $work, for the tally: seen, leaks (lines KEY CONTAINER), targets, freed (keys), removed (ids).
# Never: restarts anything, asks Docker twice for a removal, tries a step twice.
# No set -e here: what a program answers is looked at, and a program of its own has it.
set -u

look_around() {
  ask_docker
  if [ -n "$fail" ]; then return 0; fi
  narrow
  while IFS= read -r each; do set -- "$@" "$each"; done <"$work/narrow"
  if [ -z "$fail" ]; then decide targets "$@"; fi
  if [ -n "$fail" ]; then return 0; fi
  tell_silence
  if [ "$round" = 1 ]; then tell_left_alone; fi
  look_at_targets target "$(sed -n -e "s/^token$tab/token=/p" -e "s/^process$tab/pid=/p" "$work/targets")" "$@"
}

tell_left_alone() {
  while IFS=$tab read -r kind id name why; do
    case $kind in
      left-alone) say "left alone: container $name: $why" ;;
      gap) doubt "could not be looked at: $id" ;;
    esac
  done <"$work/targets"
}

# The kernel detaches whatever sits on the directory, so every table of the host is looked at right before.
remove_directory() {
  change=$1 identity=$3 inode=$4 covers=$5
  decode "$2"
  dir=$plain
  cp "$work/records" "$work/records.kept" || lost
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

remove() {
  if grep -q "^$1\$" "$work/asked"; then return 0; fi
  printf '%s\n' "$1" >>"$work/asked" || lost
  look_for_obstacles "$1" "$3"
  if [ -n "$file" ]; then
    keep "container $2: nothing holds it, but $file cannot be removed"
    return 0
  fi
  seconds=$((limit * 10))
  call remove_container "$1" "$((seconds > 60 ? seconds : 60))"
  outcome
  if [ "$result" = ok ]; then
    printf '%s\n' "$1" >>"$work/removed" || lost
    say "docker rm $2: ok"
  else
    keep "container $2: docker rm: $result"
    printf 'left-behind 1\n' >>"$work/causes"
  fi
}

is_step() {
  case $kind in
    rmdir | unmount) ;;
    removable) if [ "$daemon" != answered ] || grep -q "^$a\$" "$work/asked"; then return 1; fi ;;
    *) return 1 ;;
  esac
}

tell_step() {
  case $kind in
    rmdir) say "would remove the empty directory $b, with what sits on it in ${f:-}" ;;
    unmount) say "would unmount $l in $n" ;;
    removable) say "would remove container $b" ;;
  esac
}

take_step() {
  case $kind in
    rmdir) remove_directory "$a" "$b" "$c" "$d" "$e" ;;
    unmount) unmount "$a" "$b" "$c" "$d" "$e" "$f" "$g" "$h" "$i" "$j" "$k" "$l" "$m" "$n" ;;
    removable) remove "$a" "$b" "$c" ;;
  esac
}

# Why nothing is done for a container, once no step is left.
tell_refused() {
  while IFS=$tab read -r kind code_word id name why; do
    if [ "$kind" != refused ]; then continue; fi
    if [ "$code_word" = unknown ]; then doubt "container $name: $why"; else say "left: container $name: $why"; fi
  done <"$work/plan"
}

main() {
  limit=$1 planner=hook_plan want=dead
  shift
  : >"$work/asked"
  go_round "$@"
  if [ "$state" = decided ]; then tell_refused; fi
  tally
}

main "$@"
