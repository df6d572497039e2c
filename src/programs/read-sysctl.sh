# read-sysctl: reads one kernel parameter, and finds where the files that are read at boot speak of it.
#
# Begins with bounded.sh. Arguments: 1 the parameter as a path below /proc/sys; 2 the last word of its name.
# Records: value TEXT, or absent, or unreadable; file PATH for each file of sysctl.d(5) and /etc/sysctl.conf, the directories in the
#   order of their precedence; line PATH NUMBER TEXT for each line of them that has the word; closed PATH for one that cannot be read.
# Exit: 0 looked.
# Never: writes.
set -eu

read_value() {
  if [ ! -f "/proc/sys/$1" ]; then
    # Nobody says that there is no such parameter where nobody can see them.
    if [ -e /proc/sys/kernel ]; then record absent; else record unreadable; fi
    return 0
  fi
  if value=$(cat -- "/proc/sys/$1" 2>/dev/null); then record value "$value"; else record unreadable; fi
}

read_file() {
  record file "$1"
  if [ ! -r "$1" ]; then
    record closed "$1"
    return 0
  fi
  number=0
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    case $line in *"$word"*) record line "$1" "$number" "$line" ;; esac
  done <"$1"
}

main() {
  [ "$#" -eq 2 ] || exit 64
  word=$2
  read_value "$1"
  for file in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf \
    /etc/sysctl.conf; do
    # A link to /dev/null hides the files of that name in the directories after it.
    if [ -f "$file" ] || [ -c "$file" ]; then read_file "$file"; fi
  done
  finish 0
}

main "$@"
