# hook-look: functions that hook-sweep and hook-product begin with: one look at the host, and what may be done next, told by $planner: hook_plan or
#   product_plan. $want: of which containers Docker is to tell.
#
# They run inside of hook-frame, with its functions and files. Nothing here is called in a condition: there, a shell would pass over the
# set -e of the programs that are called (XCU 2.8.1, -e). What fails sets $fail instead.

# A doubt is counted; with it, the look is over.
unknown() {
  doubt "$1"
  fail=yes
}

# Sets $plain to a field without its escapes.
decode() {
  plain='' decode_rest=$1
  if [ "$decode_rest" = - ]; then return 0; fi
  while :; do
    plain=$plain${decode_rest%%\\*}
    case $decode_rest in *\\*) decode_rest=${decode_rest#*\\} ;; *) return 0 ;; esac
    case $decode_rest in 134*) plain=$plain\\ ;; 011*) plain=$plain$tab ;; *) plain=$plain$nl ;; esac
    decode_rest=${decode_rest#???}
  done
}

# The first field of the first record of a kind that the last program printed.
told() { sed -n "s/^$1$tab//p" "$work/out" | sed -n 1p; }

# Asks the planner; its answer is in the file $work/$1.
decide() {
  decide_for=$1
  shift
  call "$planner" "$decide_for" "$work/records" "$@"
  cp "$work/out" "$work/$decide_for" || lost
  if [ -z "$whole" ]; then
    unknown 'nothing could be decided'
  elif grep -q "^unknown$tab" "$work/out"; then
    unknown "$(told unknown)"
  fi
}

add() {
  { printf 'section\t%s\n' "$1" && cat "$work/out"; } >>"$work/records" || lost
}

# What Docker knows, by the daemon or from its files.
ask_docker() {
  : >"$work/records"
  call docker_state "$limit" "$want"
  if [ -z "$whole" ]; then
    unknown 'Docker could not be asked'
    return 0
  fi
  add docker
  daemon=$(sed -n "s/^daemon$tab\([a-z-]*\).*/\1/p" "$work/out")
  if [ "$daemon" = answered ]; then return 0; fi
  silent=$(sed -n "s/^daemon${tab}[a-z-]*$tab//p" "$work/out")
  # A socket outlives its daemon: where none runs, what it last wrote is all there is to know.
  if [ "$daemon" = refused ] && ! grep -qxE 'docker(d|-current|d-current)?' /proc/[0-9]*/comm 2>/dev/null; then
    daemon=stopped silent='no dockerd runs, and nobody answers at its socket'
    printf 'daemon\tstopped\t%s\n' "$silent" >>"$work/records" || lost
  fi
  call docker_state_disk "$(sed -n "s/^process$tab//p" "$work/records")" "$limit"
  if [ -z "$whole" ] || [ "$code" != 0 ]; then
    unknown "Docker: $silent; and its data root cannot be read"
    return 0
  fi
  add disk
}

# What came from disk, once a task. Of a daemon that runs and does not answer it is not all there is to know: that counts as a doubt.
tell_silence() {
  if [ "$daemon" = answered ] || [ -n "$silence_told" ]; then return 0; fi
  silence_told=yes
  silent="Docker: $silent; its state was read from disk, so mounts are freed and no container is removed"
  case $daemon in stopped | none) say "$silent" ;; *) doubt "$silent" ;; esac
}

# The ids of containers with a label, in $labelled.
ask_label() {
  root=''
  if [ "$daemon" != answered ]; then
    root=$(grep "^engine$tab" "$work/records" | sed -n '$p' | cut -f 4)
  fi
  decode "$root"
  call select_labelled "$limit" "$plain" "$1"
  labelled=$(sed -n "s/^labelled$tab//p" "$work/out")
  if [ -z "$whole" ] || [ "$code" != 0 ]; then unknown "the containers with the label $1 could not be told"; fi
}

# Reads the mount tables into the records, and those that can only be read from inside. $1: words for scan-mounts.
scan() {
  # shellcheck disable=SC2086
  call scan_mounts $1
  if [ -z "$whole" ] || [ "$code" != 0 ]; then
    unknown "the mount namespaces could not be read: $(sed -n '$p' "$work/complaint")"
    return 0
  fi
  add scan
  decide enter
  if [ -n "$fail" ]; then return 0; fi
  sed -n "/^enter$tab/p" "$work/enter" >"$work/entered" || lost
  set --
  while IFS=$tab read -r kind inode file; do
    decode "$file"
    set -- "$@" "$inode" "$plain"
  done <"$work/entered"
  if [ "$#" -eq 0 ]; then return 0; fi
  call read_pinned "$@"
  # What was not told is not known: hook-plan counts whom it has to enter.
  if [ -z "$whole" ]; then : >"$work/out"; fi
  { printf 'section\tpinned\n' && cat "$work/entered" "$work/out"; } >>"$work/records" || lost
}

# The words of --only for the planner, in $work/narrow, one a line.
narrow() {
  : >"$work/narrow"
  while read -r each; do
    case $each in
      label:*)
        ask_label "${each#label:}"
        printf 'only=none\n' >>"$work/narrow" || lost
        for id in $labelled; do printf 'only=id:%s\n' "$id" >>"$work/narrow" || lost; done
        ;;
      *) printf 'only=%s\n' "$each" >>"$work/narrow" || lost ;;
    esac
  done <"$work/only"
}

# Keeps what a plan says of leaks: for the tally, and for the numbers.
take_look() {
  state=decided
  sed -n "s/^leak$tab\([^$tab]*\)$tab\([0-9a-f]*\).*/\1 \2/p" "$work/plan" >"$work/leaks" || lost
  sed -n "s/^leak$tab\([^$tab]*\)$tab.*$tab\([a-z-]*\)$/\1 \2/p" "$work/plan" >"$work/why" || lost
  sort -u "$work/seen" "$work/leaks" >"$work/seen.new" || lost
  mv "$work/seen.new" "$work/seen"
  : >"$work/freed"
}

# The second half of a look, once the targets are known: their mounts and processes, and the plan of a round in $work/plan. $1: which
# records name the targets; 2: words for scan-mounts; then words for the planner.
look_at_targets() {
  ids=$(sed -n "s/^$1$tab\([0-9a-f]*\).*/\1/p" "$work/targets")
  if [ -z "$ids" ]; then
    : >"$work/leaks"
    state=nothing
    return 0
  fi
  scan "$2"
  if [ -n "$fail" ]; then return 0; fi
  shift 2
  # shellcheck disable=SC2086
  call find_container_tasks 10 $ids
  if [ -z "$whole" ]; then
    unknown 'the processes of the containers could not be looked for'
    return 0
  fi
  add tasks
  { printf 'section\ttried\n' && cat "$work/tried"; } >>"$work/records" || lost
  decide plan "$@"
  if [ -n "$fail" ]; then return 0; fi
  take_look
  if [ "$round" = 1 ]; then tell_found; fi
}

tell_found() {
  while IFS=$tab read -r kind key id point holder cause; do
    case $kind in
      leak) say "found: container ${id%"${id#????????????}"} is mounted at $point in $holder ($cause)" ;;
      gap) doubt "could not be looked at: $key" ;;
    esac
  done <"$work/plan"
}
