# run-command: runs a command of the user's in the place of this program, so that its exit number arrives as it is.
#
# Begins with user-command.sh. Arguments: 1 a random word that marks what this program itself says; 2 directory to run in, or ""; 3 what creates must not exist yet,
#   or ""; 4 what removes must still exist, or ""; 5 the number of stdin chunks, or "-" for none; then the chunks, as operands of
#   printf %b; then the words of the command.
# Output: what the command prints, raw. If the command was not started: the line "WORD stale" or "WORD chdir" on stderr.
# Exit: the command's own; 125 beside such a line; 126 or 127 from the shell if the command cannot be executed (as env(1) does it).
# Never: starts anything if the paths that the plan was made on have come or gone. A text for a shell is for run-shell.
set -eu

main() {
  [ "$#" -ge 6 ] || exit 64
  word=$1 dir=$2 creates=$3 removes=$4 chunks=$5
  shift 5
  stand_ready
  # What users know from a login, not the strict umask of our own programs.
  umask 022
  if [ "$chunks" = - ]; then
    exec "$@"
  else
    { feed "$chunks" "$@"; } 2>/dev/null | { shift "$chunks" && exec "$@"; }
  fi
}

main "$@"
