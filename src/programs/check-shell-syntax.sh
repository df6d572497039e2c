# check-shell-syntax: has a shell of the host read a script without running it (sh -n).
#
# Begins with bounded.sh. Arguments: 1 the shell's name, such as bash; from 2 on the script, as operands of printf %b.
# Records: syntax ok | syntax bad TEXT (what the shell said) | syntax no-shell; end COUNT.
# Exit: 0 done.
# Never: runs a command of the script, writes.
set -eu

main() {
  [ "$#" -ge 1 ] || exit 64
  shell=$1
  shift
  # Files that a shell would read first belong to whoever is logged in.
  unset BASH_ENV ENV
  if ! command -v "$shell" >/dev/null 2>&1; then
    record syntax no-shell
  elif said=$(printf '%b' "$@" | "$shell" -n 2>&1); then
    record syntax ok
  else
    record syntax bad "$said"
  fi
  finish 0
}

main "$@"
