# docker-state: asks the Docker daemon of this host, within a deadline, for what it knows of its containers.
#
# Begins with bounded.sh and docker-client.sh. Arguments: 1 seconds that each call of the docker client may take; 2 what to tell of: dead (containers that
#   are dead, being removed or named below and, if there is one, those that run as well) or all; from 3 on names or ids (12 hex or more).
# Records: process PID of the daemon, or "" | client PATH | daemon STATE WHY, with STATE one of answered, late, refused, stopped, no-client, none
#   | listed COUNT | engine VERSION DRIVER DATA-ROOT LIVE-RESTORE PID | clock SECONDS
#   | unreadable WHAT, for a container that the daemon lists, but cannot be brought to tell of
#   | container ID NAME IMAGE STATUS RUNNING DEAD PID STARTED FINISHED RESTART-POLICY PRIVILEGED MERGED-DIR LABELS LISTED-STATUS MOUNT-ID
#     (from NAME to LABELS in JSON; LISTED-STATUS is "gone" if the container was listed but no longer there a moment later)
#   | directory ST_DEV:INODE LINKS PATH, for each directory of a dead container that may carry a mount and carries none here.
# Exit: 0 always when the question could be asked, also if the daemon is silent; 64 bad arguments.
# Never: asks a daemon on another host, asks again after the daemon was late, changes anything.
set -eu

# One question to the daemon; leaves with what was learned so far if it is not answered.
inquire() {
  ask "$limit" "$@"
  case $code in
    0) return 0 ;;
    late)
      record daemon late "docker $1 was not answered in $limit s${stuck:+, and the client is stuck in state D}"
      finish 0
      ;;
    *) return 1 ;;
  esac
}

refused() {
  record daemon refused "docker $1 ended with $code: $said"
  finish 0
}

# Which of the listed containers to look into. What the list calls up, exited or created is not dead; all else is asked for.
choose() {
  ASKED=$* awk -F '\t' -v want="$want" '
    BEGIN { count = split(ENVIRON["ASKED"], words, " "); for (i = 1; i <= count; i++) asked[words[i]] = 1 }
    function is_asked(  i, parts, n) {
      n = split($3, parts, ",")
      for (i = 1; i <= n; i++) if (parts[i] in asked) return 1
      for (i in asked) if (length(i) >= 12 && index($2, i) == 1) return 1
      return 0
    }
    $1 != "u" { next }
    { listed++ }
    want == "all" { chosen = chosen " " $2; next }
    $5 ~ /^(Up|Restarting|Paused)/ { living = living " " $2; if (is_asked()) found = 1; next }
    $5 !~ /^(Exited|Created)/ || is_asked() { chosen = chosen " " $2; found = 1 }
    END { print listed + 0 ":" ((found || want == "all") ? chosen living : "") }'
}

# Version, driver and data root. Docker 1.12 has no format for info; the words of its text are the same in all versions.
engine() {
  if inquire info --format "u$tab{{.ServerVersion}}$tab{{.Driver}}$tab{{.DockerRootDir}}$tab{{.LiveRestoreEnabled}}"; then
    facts=$(printf '%s\n' "$said" | sed -n "s/^u$tab//p")
  elif inquire info; then
    facts=$(printf '%s\n' "$said" | awk -F ': *' '
      { sub(/^ +/, "") } $1 == "Server Version" { v = $2 } $1 == "Storage Driver" { d = $2 } $1 == "Docker Root Dir" { r = $2 }
      $1 == "Live Restore Enabled" { l = $2 } END { printf "%s\t%s\t%s\t%s\n", v, d, r, l }')
  else
    refused info
  fi
  version=${facts%%"$tab"*} facts=${facts#*"$tab"}
  driver=${facts%%"$tab"*} facts=${facts#*"$tab"}
  root=${facts%%"$tab"*} live_restore=${facts#*"$tab"}
  # Without the data root no layer of a container is known by its name, and all of them would seem to be free.
  case $root in /*) ;; *) refused info ;; esac
  record engine "$version" "$driver" "$root" "$live_restore" "$daemon_pid"
}

label() { printf '{{json (index .Config.Labels "%s")}},' "$1"; }

# The client reads its typed answer first, so that a field which one version leaves out of its JSON does no harm.
inspect() {
  format="u$tab{{.ID}}"
  for field in .Name .Config.Image .State.Status .State.Running .State.Dead .State.Pid .State.StartedAt .State.FinishedAt \
    .HostConfig.RestartPolicy.Name .HostConfig.Privileged; do
    format="$format$tab{{json $field}}"
  done
  format="$format$tab{{with .GraphDriver}}{{json (index .Data \"MergedDir\")}}{{else}}null{{end}}${tab}["
  for name in io.kubernetes.pod.namespace io.kubernetes.pod.name io.kubernetes.pod.uid com.docker.compose.project \
    com.docker.swarm.service.name; do
    format=$format$(label "$name")
  done
  format="${format}null]"
  # Docker 1.12 stops at the first container that is gone; what is left is asked for once more.
  found='' left=$* asked_for=$*
  for round in 1 2 3; do
    # shellcheck disable=SC2086
    if inquire inspect --type container --format "$format" $left; then round=last; fi
    found=$found$nl$(printf '%s\n' "$said" | sed -n "/^u$tab/p")
    left=$(missing "$left")
    if [ -z "$left" ] || [ "$round" = last ]; then break; fi
    # shellcheck disable=SC2086
    set -- $left
    shift
    left=$*
    if [ -z "$left" ]; then break; fi
  done
  left=$(missing "$asked_for") unread=''
  if [ -n "$left" ]; then tell_unread "$left"; fi
}

# Of those that were not answered: what is still listed did not go away, it is what cannot be looked at.
tell_unread() {
  inquire ps -a -q --no-trunc || refused ps
  for id in $1; do
    case $nl$said$nl in *"$nl$id$nl"*) record unreadable "container $id" && unread="$unread $id" ;; esac
  done
}

# Ids that have not been answered yet.
missing() {
  printf '%s\n' "$found" | IDS=$1 awk -F '\t' '
    $1 == "u" { seen[$2] = 1 }
    END { n = split(ENVIRON["IDS"], ids, " "); for (i = 1; i <= n; i++) if (!(ids[i] in seen)) out = out " " ids[i]; print out }'
}

# Joins list and answers into records, and adds the storage driver's name of each container.
tell() {
  { printf '%s\n' "$listed"; printf 'inspected\n'; printf '%s\n' "$found"; printf 'unread\t%s\n' "$unread"; printf 'chosen\t%s\n' "$*"; } |
    ROOT=$root DRIVER=$driver awk -F '\t' '
    function plain(s) { gsub(/\\/, "\\134", s); return s }
    function mount_id(id,  file, line) {
      file = ENVIRON["ROOT"] "/image/" ENVIRON["DRIVER"] "/layerdb/mounts/" id "/mount-id"
      line = ""; if ((getline line < file) > 0) close(file)
      return line
    }
    $1 == "inspected" { second = 1; next }
    $1 == "u" && !second { status[$2] = $5; name[$2] = $3; next }
    $1 == "u" {
      line = "container"; for (i = 2; i <= 14; i++) line = line "\t" plain($i)
      print line "\t" plain(status[$2]) "\t" plain(mount_id($2)); seen[$2] = 1
    }
    $1 == "unread" { n = split($2, ids, " "); for (i = 1; i <= n; i++) seen[ids[i]] = 1 }
    $1 == "chosen" {
      n = split($2, ids, " ")
      for (i = 1; i <= n; i++) if (!(ids[i] in seen)) print "container\t" ids[i] "\t\"" plain(name[ids[i]]) "\"" gone "\tgone\t"
    }
    BEGIN { for (i = 0; i < 11; i++) gone = gone "\tnull" }'
}

# Directories that the driver, or the shared memory, of a dead container is mounted on; those that carry a mount here are left alone.
directories() {
  paths=$(printf '%s\n' "$told" | ROOT=$root DRIVER=$driver awk -F '\t' '
    function plain(s) { gsub(/\\040/, " ", s); gsub(/\\011/, "\t", s); gsub(/\\012/, "\n", s); gsub(/\\134/, "\\", s); return s }
    function offer(path) { if (!(path in mounted)) print path }
    BEGIN {
      root = ENVIRON["ROOT"]; driver = ENVIRON["DRIVER"]
      while ((getline line < "/proc/self/mountinfo") > 0) { split(line, field, " "); mounted[plain(field[5])] = 1 }
    }
    $1 == "container" && ($7 == "true" || $5 == "\"removing\"" || $15 ~ /^Removal/) {
      id = $16
      if (id != "") {
        if (driver ~ /overlay/) offer(root "/" driver "/" id "/merged")
        if (driver == "aufs" || driver == "devicemapper") offer(root "/" driver "/mnt/" id)
        if (driver == "zfs") offer(root "/zfs/graph/" id)
      } else offer(root "/rootfs/" driver "/" $2)
      offer(root "/containers/" $2 "/mounts/shm"); offer(root "/containers/" $2 "/shm")
    }')
  if [ -z "$paths" ]; then return 0; fi
  set -f
  IFS=$nl
  # shellcheck disable=SC2086
  bounded "$limit" stat -c "u$tab%d:%i$tab%h$tab%f$tab%n" $paths
  unset IFS
  set +f
  lines=$(printf '%s\n' "$said" | awk -F '\t' '
    $1 == "u" && $4 ~ /^4...$/ { gsub(/\\/, "\\134", $5); print "directory\t" $2 "\t" $3 "\t" $5 }')
  print_lines "$lines"
}

# Records that are made already, one a line.
print_lines() {
  if [ -z "$1" ]; then return 0; fi
  printf '%s\n' "$1"
  records=$((records + $(printf '%s\n' "$1" | awk 'END { print NR }')))
}

main() {
  [ "$#" -ge 2 ] || exit 64
  limit=$1 want=$2
  shift 2
  case $limit/$want in *[!0-9]*/* | */ | /*) exit 64 ;; */all | */dead | */engine) ;; *) exit 64 ;; esac
  find_daemon
  record process "$daemon_pid"
  record client "$client"
  if [ -z "$socket" ]; then
    if [ -n "$daemon_pid" ]; then
      record daemon refused "dockerd runs with pid $daemon_pid, but its socket was not found"
    elif [ -n "$client" ]; then
      record daemon stopped 'no dockerd runs and there is no socket'
    else
      record daemon none 'there is neither a docker client nor a dockerd'
    fi
    finish 0
  fi
  if [ -z "$client" ]; then
    record daemon no-client 'there is no docker client in PATH'
    finish 0
  fi
  inquire ps -a --no-trunc --format "u$tab{{.ID}}$tab{{.Names}}$tab{{.Image}}$tab{{.Status}}" || refused ps
  listed=$said
  chosen=$(printf '%s\n' "$listed" | choose "$@")
  record listed "${chosen%%:*}"
  chosen=${chosen#*:}
  if [ "$want" != dead ] || [ -n "$chosen" ]; then
    engine
    record clock "$(date +%s)"
    if [ -n "$chosen" ]; then
      # shellcheck disable=SC2086
      inspect $chosen
      told=$(tell "$chosen")
      print_lines "$told"
      directories
    fi
  fi
  record daemon answered ''
  finish 0
}

main "$@"
