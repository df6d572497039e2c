# select-labelled: the containers with a label.
#
# Begins with bounded.sh and docker-client.sh. Arguments: 1 seconds for each question; 2 the data root, to read its files instead of asking
#   the daemon, or ""; 3 the label, KEY or KEY=VALUE.
# Records: labelled ID.
# Exit: 0 told; 12 the daemon or its files did not answer; 14 not in time; 64 bad arguments.
# Never: matches part of a key or of a value.
set -eu

# Labels are pairs of JSON strings; what holds escapes is compared as it stands, so that it matches nobody rather than somebody else.
# shellcheck disable=SC2016
reader='
  BEGIN {
    at = index(ENVIRON["LABEL"], "=")
    key = at ? substr(ENVIRON["LABEL"], 1, at - 1) : ENVIRON["LABEL"]
    string = "\"([^\"\\\\]|\\\\.)*\""
    for (i = 1; i < ARGC; i++) {
      id = ARGV[i]; sub(/\/config\.v2\.json$/, "", id); sub(/.*\//, "", id)
      if (id !~ /^[0-9a-f]+$/ || length(id) != 64) continue
      text = ""; while ((getline line < ARGV[i]) > 0) text = text line
      close(ARGV[i])
      if (!match(text, /"Config":\{/)) continue
      text = substr(text, RSTART)
      if (!match(text, /"Labels":\{/)) continue
      text = substr(text, RSTART + RLENGTH)
      while (match(text, "^" string ":" string)) {
        pair = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1)
        if (at ? pair == "\"" key "\":\"" substr(ENVIRON["LABEL"], at + 1) "\"" : index(pair, "\"" key "\":\"") == 1) { print "labelled\t" id; break }
        if (!sub(/^,/, "", text)) break
      }
    }
    print "read"
  }'

main() {
  [ "$#" -eq 3 ] || exit 64
  if [ -n "$2" ]; then
    LABEL=$3
    export LABEL
    # shellcheck disable=SC2016
    bounded "$1" sh -c 'cd -P -- "$1" && exec awk "$2" "$PWD"/containers/*/config.v2.json' sh "$2" "$reader"
    if [ "$code" = late ]; then finish 14; fi
    case $code:$nl$said in 0:*"${nl}read") ;; *) finish 12 ;; esac
    lines=$(printf '%s\n' "$said" | grep -E "^labelled${tab}[0-9a-f]+\$") || finish 0
  else
    find_daemon
    if [ -z "$client" ] || [ -z "$socket" ]; then finish 12; fi
    ask "$1" ps -a -q --no-trunc --filter "label=$3"
    if [ "$code" = late ]; then finish 14; fi
    [ "$code" = 0 ] || finish 12
    lines=$(printf '%s\n' "$said" | grep -xE '[0-9a-f]{64}' | sed "s/^/labelled$tab/") || finish 0
    if [ -z "$lines" ]; then finish 0; fi
  fi
  printf '%s\n' "$lines"
  records=$((records + $(printf '%s\n' "$lines" | awk 'END { print NR }')))
  finish 0
}

main "$@"
