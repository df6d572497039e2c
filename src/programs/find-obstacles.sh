# find-obstacles: what may keep Docker from removing a dead container that no mount holds.
#
# Begins with bounded.sh. Arguments: 1 seconds for each look; from 2 on the directories that Docker will remove.
# Records: immutable PATH, the first five files of a directory that even root may not unlink | missing PATH, for a directory that is not
#   there | partial LOOK, for a look cut short | no-tool LOOK.
# Exit: 0 always when it could look; 64 bad arguments.
# Never: reads a file's content, opens anything but directories and what lsattr(1) asks.
set -eu

main() {
  [ "$#" -ge 1 ] || exit 64
  seconds=$1
  shift
  for path do
    bounded "$seconds" test -d "$path"
    if [ "$code" = 1 ]; then
      record missing "$path"
      continue
    fi
    if ! command -v lsattr >/dev/null; then
      record no-tool immutable
      continue
    fi
    # shellcheck disable=SC2016
    bounded "$seconds" sh -c 'lsattr -aR -- "$1" 2>/dev/null | sed -n "s/^[^ ]*[ia][^ ]* //p" | sed 5q' sh "$path"
    if [ "$code" = late ]; then record partial immutable; fi
    IFS=$nl
    set -f
    for file in $said; do case $file in /*) record immutable "$file" ;; esac done
    set +f
    unset IFS
  done
  finish 0
}

main "$@"
