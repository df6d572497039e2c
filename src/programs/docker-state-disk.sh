# docker-state-disk: reads what the Docker daemon last wrote about its containers (containers/ID/config.v2.json, Docker 1.10 and later).
#
# Begins with bounded.sh. Arguments: 1 pid of the daemon, or ""; 2 seconds that the reading may take.
# Records: engine "" DRIVER DATA-ROOT "" PID | clock SECONDS | listed COUNT
#   | container ID NAME IMAGE STATUS RUNNING DEAD PID STARTED FINISHED RESTART-POLICY PRIVILEGED MERGED-DIR LABELS LISTED-STATUS MOUNT-ID
#     (fields as in docker-state; what the file does not say is null, STATUS is made from the flags)
#   | unreadable PATH, for a container directory whose state cannot be read.
# Exit: 0 read, or there is no data root; 12 the data root cannot be read; 14 the data root, or the command line of the daemon, did not answer in time.
# Never: asks the daemon, reads the environment of a container (it is in the same file, and may hold passwords), changes anything.
set -eu

# --data-root, -g or --graph of the daemon's own command line, else its configuration file, else the default of Docker.
find_root() {
  root='' config=/etc/docker/daemon.json
  if [ -n "$1" ] && [ -r "/proc/$1/cmdline" ]; then
    # It waits for the memory of the daemon, which a task of it in state D may hold.
    # shellcheck disable=SC2016
    bounded "$2" sh -c 'tr "\0" "\n" <"/proc/$1/cmdline"' sh "$1"
    if [ "$code" = late ]; then finish 14; fi
    words=$(printf '%s\n' "$said" | awk '
      option != "" { print option "\t" $0; option = ""; next }
      /^(--data-root|--graph|-g)$/ { option = "root"; next }
      /^--config-file$/ { option = "config"; next }
      /^(--data-root|--graph|-g)=/ { sub(/^[^=]*=/, ""); print "root\t" $0 }
      /^--config-file=/ { sub(/^[^=]*=/, ""); print "config\t" $0 }')
    root=$(printf '%s\n' "$words" | sed -n "s/^root$tab//p" | sed -n '$p')
    other=$(printf '%s\n' "$words" | sed -n "s/^config$tab//p" | sed -n '$p')
    config=${other:-$config}
  fi
  if [ -z "$root" ] && [ -r "$config" ]; then
    root=$(tr '\n' ' ' <"$config" | sed -n 's/.*"\(data-root\|graph\)"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\2/p')
  fi
  root=${root:-/var/lib/docker}
}

# Strings inside JSON strings have their quotes escaped, so a key that is matched with both its quotes is a key.
# shellcheck disable=SC2016
reader='
  function value(text, key, form) {
    if (!match(text, "\"" key "\":" form)) return "null"
    text = substr(text, RSTART, RLENGTH); sub(/^"[^"]*":/, "", text)
    return text
  }
  function first_line(file,  line) { line = ""; if ((getline line < file) > 0) close(file); return line }
  function plain(s) { gsub(/\\/, "\\134", s); gsub(/\t/, "\\011", s); return s }
  BEGIN {
    word = "(true|false)"; string = "\"[^\"]*\""
    for (i = 1; i < ARGC; i++) {
      dir = ARGV[i]; sub(/\/config\.v2\.json$/, "", dir)
      id = dir; sub(/.*\//, "", id)
      if (id !~ /^[0-9a-f]+$/ || length(id) != 64) continue
      listed++
      text = ""; while ((getline line < ARGV[i]) > 0) text = text line
      close(ARGV[i])
      state = text
      if (!match(text, /"State":\{/)) { print "unreadable\t" plain(dir); continue }
      state = substr(text, RSTART)
      running = value(state, "Running", word); dead = value(state, "Dead", word); removing = value(state, "RemovalInProgress", word)
      if (dead == "null" || running == "null") { print "unreadable\t" plain(dir); continue }
      status = "exited"
      if (value(state, "Restarting", word) == "true") status = "restarting"
      if (value(state, "Paused", word) == "true") status = "paused"
      else if (running == "true") status = "running"
      if (running != "true" && dead == "true") status = "dead"
      if (running != "true" && removing == "true") status = "removing"
      config = text; if (match(config, /"Config":\{/)) config = substr(config, RSTART)
      storage = value(text, "Driver", string); gsub(/"/, "", storage); if (storage != "null") driver = storage
      base = dir; sub(/\/containers\/[^\/]*$/, "", base)
      print "container\t" id "\t" plain(value(text, "Name", "\"\\/[^\"]*\"")) "\t" plain(value(config, "Image", string)) \
        "\t\"" status "\"\t" running "\t" dead "\t" value(state, "Pid", "[0-9]+") "\t" value(state, "StartedAt", string) \
        "\t" value(state, "FinishedAt", string) "\tnull\tnull\tnull\t[]\t\t" \
        first_line(base "/image/" storage "/layerdb/mounts/" id "/mount-id")
    }
    print "listed\t" listed + 0
    print "driver\t" driver
  }'

main() {
  [ "$#" -eq 2 ] || exit 64
  find_root "$1" "$2"
  # In a child of its own: the data root may lie on a file system that answers no more.
  bounded "$2" sh -c '[ -e "$1" ] || exit 20; cd -P -- "$1" && pwd -P && exec awk "$2" "$PWD"/containers/*/config.v2.json' sh "$root" "$reader"
  if [ "$code" = late ]; then finish 14; fi
  if [ "$code" = 20 ]; then
    record engine '' '' "$root" '' "$1"
    record listed 0
    finish 0
  fi
  [ "$code" = 0 ] || finish 12
  root=${said%%"$nl"*}
  driver=$(printf '%s\n' "$said" | sed -n "s/^driver$tab//p")
  record engine '' "$driver" "$root" '' "$1"
  record clock "$(date +%s)"
  lines=$(printf '%s\n' "$said" | grep -E "^(container|listed|unreadable)$tab")
  printf '%s\n' "$lines"
  records=$((records + $(printf '%s\n' "$lines" | awk 'END { print NR }')))
  finish 0
}

main "$@"
