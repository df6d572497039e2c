# inspect-container: asks the Docker daemon of this host for one container, the image that it should have, and what its binds lie on.
#
# Begins with bounded.sh and docker-client.sh. Arguments: 1 seconds that each call of the docker client may take; 2 the name; 3 the image
#   that is wanted, or ""; from 4 on absolute paths of the host whose mount is asked about.
# Records: daemon STATE WHY, with STATE one of answered, late, refused, none | version TEXT | container ROLE JSON, with ROLE main, old
#   (NAME.unbusy-old) or new (NAME.unbusy-new) | image wanted JSON | image own JSON, of the container's own image if it is another one
#   | source PATH REAL-PATH TAGS, with the propagation tags of the mount of process 1 that carries it (mountinfo, field 7), or "-".
# Exit: 0 always when the question could be asked; 64 bad arguments.
# Never: asks a daemon on another host, pulls, changes anything.
set -eu

inquire() {
  ask "$limit" "$@"
  case $code in
    0) return 0 ;;
    late)
      record daemon late "docker $1 was not answered in $limit s"
      finish 0
      ;;
    *) return 1 ;;
  esac
}

refused() {
  record daemon refused "docker $1 ended with $code: $said"
  finish 0
}

# Sets $found to the id of the container of exactly that name, or "". A name that is asked for directly could also be the
# beginning of an id; with --no-trunc the names of links stand beside it.
find_name() {
  found=$(printf '%s\n' "$listed" | WANTED=$1 awk -F '\t' '
    $1 != "u" { next }
    { n = split($3, names, ","); for (i = 1; i <= n; i++) if (names[i] == ENVIRON["WANTED"]) print $2 }')
}

# Prints what came after the mark; warnings of the client may stand before it.
marked() { printf '%s\n' "$said" | sed -n "s/^u$tab//p"; }

tell_container() {
  find_name "$2"
  [ -n "$found" ] || return 0
  inquire inspect --type container --format "u$tab{{.Image}}$tab{{json .}}" "$found" || refused inspect
  line=$(marked)
  if [ "$1" = main ]; then own=${line%%"$tab"*}; fi
  record container "$1" "${line#*"$tab"}"
}

tell_image() {
  inquire inspect --type image --format "u$tab{{json .}}" "$2" || return 0
  record image "$1" "$(marked)"
}

# The last mount in the table whose point is the path or above it.
carrier() {
  REAL=$1 awk '
    function plain(text) { gsub(/\\040/, " ", text); gsub(/\\011/, "\t", text); gsub(/\\012/, "\n", text); gsub(/\\134/, "\\", text); return text }
    BEGIN { real = ENVIRON["REAL"]; best = -1; tags = "-" }
    {
      point = plain($5)
      if (point != "/" && real != point && index(real, point "/") != 1) next
      if (length(point) < best) next
      best = length(point); tags = ""
      for (i = 7; i <= NF && $i != "-"; i++) tags = tags (tags == "" ? "" : " ") $i
    }
    END { print tags }' /proc/1/mountinfo
}

tell_source() {
  bounded 5 readlink -f "$1"
  if [ "$code" = 0 ]; then real=$said; else real=$1; fi
  record source "$1" "$real" "$(carrier "$real")"
}

main() {
  [ "$#" -ge 3 ] || exit 64
  limit=$1 name=$2 image=$3
  shift 3
  find_daemon
  if [ -z "$client" ] || [ -z "$socket" ]; then
    record daemon none "$([ -z "$client" ] && echo 'there is no docker client' || echo 'there is no socket of a daemon')"
    finish 0
  fi
  inquire version --format "u$tab{{.Server.Version}}" || refused version
  record version "$(marked)"
  inquire ps -a --no-trunc --format "u$tab{{.ID}}$tab{{.Names}}" || refused ps
  listed=$said own=''
  tell_container main "$name"
  tell_container old "$name.unbusy-old"
  tell_container new "$name.unbusy-new"
  if [ -n "$image" ]; then tell_image wanted "$image"; fi
  if [ -n "$own" ]; then tell_image own "$own"; fi
  for path do tell_source "$path"; done
  record daemon answered ''
  finish 0
}

main "$@"
