# docker-unit-files: reads the files that docker.service is made of, in the order in which systemd puts them together.
#
# Begins with bounded.sh, digest.sh and read-only.sh. Arguments: 1 seconds that systemd may take to answer; 2 the largest file in bytes that is read.
# Records: manager none if systemd does not run this host (sd_booted(3))
#   | file loaded|new PATH TARGET WITNESS SHA256 TEXT: the unit file first, then its drop-ins; new: a drop-in that lies in /etc or /run and
#     that systemd has not read yet; TARGET is what PATH leads to; WITNESS as of stat-path
#   | gone PATH: systemd has read it, and it is there no more | unread PATH WHY
#   | directory yes|no: whether there is a directory for drop-ins in /etc | etc writable|read-only: where units of the host lie.
# Exit: 0 read; 12 systemd did not say; 13 no systemctl, no systemd, or nothing to make a sha256 with; 14 no answer in time.
# Never: writes, reads files other than the unit's.
set -eu
etc=/etc/systemd/system
directory=$etc/docker.service.d

# The whole file as one field, escaped as the kernel escapes paths. A file without a newline at its end keeps that: the mark shows where it ends.
escaped_text() {
  { cat -- "$1" && printf x; } | awk '
    { gsub(/\\/, "\\134"); gsub(/\t/, "\\011"); text = text (NR == 1 ? "" : "\\012") $0 }
    END { printf "%s", substr(text, 1, length(text) - 1) }'
}

tell() {
  if [ ! -e "$2" ] && [ ! -h "$2" ]; then
    record gone "$2"
    return 0
  fi
  target=$(readlink -f -- "$2") || target=$2
  case $target in
    /dev/null)
      record file "$1" "$2" "$target" '' '' ''
      return 0
      ;;
  esac
  if [ ! -f "$2" ] || [ ! -r "$2" ]; then
    record unread "$2" 'it is no regular file, or may not be read'
    return 0
  fi
  facts=$(stat -L -c '%f %u %g %i %d|%s' -- "$2") || facts='|x'
  case ${facts#*|} in
    *[!0-9]*) record unread "$2" 'it went away meanwhile' && return 0 ;;
  esac
  if [ "${facts#*|}" -gt "$most" ]; then
    record unread "$2" "it is larger than $most bytes"
    return 0
  fi
  sum=$(digest <"$2") || finish 13
  text=$(escaped_text "$2") || text=
  escape "$2"
  shown=$escaped
  escape "$target"
  printf 'file\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$shown" "$escaped" "${facts%|*}" "${sum%% *}" "$text"
  records=$((records + 1))
}

# systemctl show separates paths by spaces, and newer ones quote a path that has one.
read_paths() {
  fragment=$(printf '%s\n' "$said" | sed -n 's/^FragmentPath=//p')
  drop_ins=$(printf '%s\n' "$said" | sed -n 's/^DropInPaths=//p' | awk '
    {
      while (match($0, /"[^"]*"|[^ ]+/)) {
        word = substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH)
        gsub(/"/, "", word); print word
      }
    }')
}

tell_files() {
  if [ -n "$fragment" ]; then tell loaded "$fragment"; fi
  set -f
  IFS=$nl
  for path in $drop_ins; do tell loaded "$path"; done
  unset IFS
  set +f
  for path in "$directory"/*.conf /run/systemd/system/docker.service.d/*.conf; do
    if [ ! -e "$path" ] && [ ! -h "$path" ]; then continue; fi
    case $nl$drop_ins$nl in *"$nl$path$nl"*) ;; *) tell new "$path" ;; esac
  done
}

main() {
  [ "$#" -eq 2 ] || exit 64
  most=$2
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    record manager none
    finish 13
  fi
  bounded "$1" systemctl --no-pager show -p FragmentPath -p DropInPaths -- docker.service
  case $code in
    0) ;;
    late) finish 14 ;;
    *) finish 12 ;;
  esac
  read_paths
  tell_files
  if [ -d "$directory" ]; then record directory yes; else record directory no; fi
  place=$(cd -P -- "$etc" 2>/dev/null && pwd -P) || place=/etc
  if is_read_only "$place"; then record etc read-only; else record etc writable; fi
  finish 0
}

main "$@"
