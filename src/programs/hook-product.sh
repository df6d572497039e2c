# hook-product: the tasks product_containers and monitor_release of a compiled hook: looks, decides (product-plan), lets monitors go of
#   what they hold, and, where the playbook says so, stops and removes the containers of the product, round by round.
#
# Begins with hook-look.sh and hook-act.sh, and runs inside of hook-frame, with its functions and files. Arguments: 1 seconds that each
#   question to Docker may take; 2 seconds that a container gets to stop; from 3 on words for product-plan, and label=KEY[=VALUE] and
#   monitor-label=KEY[=VALUE] for whoever carries one.
# Leaves in $work, for the tally: seen, leaks (lines KEY CONTAINER), targets, freed (keys), removed (ids), kept (what is left, a line each).
# Without --yes nothing is stopped or removed, whatever the playbook says: an install script calls a hook as well as an uninstall script.
# Never: forces, removes volumes, asks Docker twice to stop a container, tries a step twice, touches what is not of the product.
# No set -e here: what a program answers is looked at, and a program of its own has it.
set -u

look_around() {
  ask_docker
  if [ -n "$fail" ]; then return 0; fi
  left_words=$#
  while [ "$left_words" -gt 0 ]; do
    case $1 in
      label=* | monitor-label=*)
        ask_label "${1#*label=}"
        loose=''
        case $1 in label=*=*) ;; label=*) loose=yes ;; esac
        for id in $labelled; do
          set -- "$@" "${1%%label=*}id=$id"
          if [ -n "$loose" ]; then set -- "$@" "loose=$id"; fi
        done
        ;;
      *) set -- "$@" "$1" ;;
    esac
    shift
    left_words=$((left_words - 1))
  done
  narrow
  while IFS= read -r each; do set -- "$@" "$each"; done <"$work/narrow"
  if [ -z "$fail" ]; then decide targets "$@"; fi
  if [ -n "$fail" ]; then return 0; fi
  tell_silence
  look_at_targets chosen all "$@"
}

# Docker is asked once, and kills what did not stop in the time that it gets.
stop_container() {
  decode "$3"
  call container_step "$limit" "$grace" 0 stop "$plain" "$2" "$4" ''
  outcome
  tried "$result" "$1"
  say "docker stop $3: $result"
}

# What Docker began to remove is gone on with; any other container must still be the stopped one that was seen.
remove_product() {
  look_for_obstacles "$2" "${4#-}"
  if [ -n "$file" ]; then
    tried "it was not asked to, for $file cannot be removed" "$1"
    return 0
  fi
  decode "$3"
  if [ "$5" = half ]; then call remove_container "$2" "$((limit > 60 ? limit : 60))"; else
    call container_step "$limit" "$grace" 0 remove "$plain" "$2" false ''
  fi
  outcome
  tried "$result" "$1"
  say "docker rm $3: $result"
  if [ "$result" = ok ]; then see_freed "$2" "$3" "${4#-}"; fi
}

# Storage is free if no namespace has a mount of the container, and its directories are gone.
see_freed() {
  printf '%s\n' "$1" >>"$work/removed" || lost
  look_at_directories "$1" "$3"
  if [ -z "$whole" ] || [ "$(grep -c "^missing$tab" "$work/out")" != "$asked" ]; then
    keep "container $2 is removed, and not all of its directories were seen to be gone"
  fi
  call scan_mounts "token=$1" "token=${3:-$1}"
  if [ -z "$whole" ] || [ "$code" != 0 ]; then
    doubt "container $2 is removed; whether it is still mounted anywhere could not be seen"
    return 0
  fi
  where=$(ID=$1 LAYER=$3 awk -F '\t' '$1 == "mount" {
    split($2, word, " ")
    at = word[5] "/"
    if (index(at, "/" ENVIRON["ID"] "/") || (ENVIRON["LAYER"] != "" && index(at, "/" ENVIRON["LAYER"] "/"))) { print word[5]; exit }
  }' "$work/out")
  if [ -n "$where" ]; then keep "container $2 is removed, and still mounted at $where"; fi
  if grep -q "^unreadable$tab" "$work/out"; then doubt "container $2 is removed; it is not known whether it is still mounted where nobody could look"; fi
}

is_step() { case $kind in unmount | stop | removable) ;; *) return 1 ;; esac }

tell_step() {
  case $kind in
    unmount) say "would unmount $l in $n" ;;
    stop) keep "container $c: would be stopped and removed" ;;
    removable) keep "container $c: would be removed" ;;
  esac
}

take_step() {
  case $kind in
    unmount) unmount "$a" "$b" "$c" "$d" "$e" "$f" "$g" "$h" "$i" "$j" "$k" "$l" "$m" "$n" ;;
    stop) stop_container "$a" "$b" "$c" "$d" ;;
    removable) remove_product "$a" "$b" "$c" "$d" "$e" ;;
  esac
}

# Why nothing more is done; what stays of the product is counted as left.
tell_left() {
  while IFS=$tab read -r kind code_word id name why; do
    if [ "$kind" != refused ]; then continue; fi
    if [ "$code_word" = unknown ]; then doubt "container $name: $why"; else keep "container $name: $why"; fi
  done <"$work/plan"
}

# Sets $withheld to yes if something was to be removed, and nobody allowed it. A dry run shows it all the same.
ask_consent() {
  withheld=''
  for each do if [ "$each:$consent$dry_run" = absent: ]; then withheld=yes; fi; done
}

main() {
  limit=$1 grace=$2 planner=product_plan want=all
  shift 2
  ask_consent "$@"
  left_words=$#
  while [ "$left_words" -gt 0 ]; do
    if [ "$1:$withheld" != absent:yes ]; then set -- "$@" "$1"; fi
    shift
    left_words=$((left_words - 1))
  done
  go_round "$@"
  if [ "$state" = decided ]; then tell_left; fi
  if [ "$state:$withheld" = decided:yes ] && [ "${ids:-none}" != none ]; then
    keep 'the containers of the product: nobody allowed to stop and to remove them; --yes does'
  fi
  if [ "$state:$round" = nothing:1 ]; then say 'no container of this host is of the product, and no monitor of it runs'; fi
  tally
}

main "$@"
