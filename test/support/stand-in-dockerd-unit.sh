# stand-in-dockerd-unit: plays systemctl, docker and systemd-run (by its own name) over the files below $BED, which is set in front, for one unit, docker.service.
#
# pid and run/docker.pid: the process that plays dockerd; it cannot be started while a file below etc says "broken", and does not answer
# while one says "silent"; while one says "stutters", the first list of containers after a start fails. active, needreload: what
# systemctl show says. containers/ID: "NAME STATUS PID POLICY"; those of policy "no" end with dockerd, others get another pid. timers/NAME: the command of a timer, one word a line. asked: every call.
printf '%s %s\n' "${0##*/}" "$*" >>"$BED/asked"

lives() { [ -s "$BED/pid" ] && kill -0 "$(cat "$BED/pid")" 2>/dev/null; }

stop_daemon() {
  if lives; then kill -9 "$(cat "$BED/pid")"; fi
  : >"$BED/pid"
  rm -f "$BED/run/docker.pid"
}

start_daemon() {
  if grep -rqs broken "$BED/etc"; then
    echo failed >"$BED/active"
    return 1
  fi
  "$BED/dockerd" 3000 </dev/null >/dev/null 2>&1 &
  printf '%s' "$!" >"$BED/pid"
  printf '%s' "$!" >"$BED/run/docker.pid"
  echo active >"$BED/active"
  if grep -rqs stutters "$BED/etc"; then : >"$BED/stutter"; fi
  for file in "$BED"/containers/*; do
    [ -f "$file" ] || continue
    read -r name status pid policy <"$file"
    if [ "$policy" = no ] || grep -rqs "loses $name" "$BED/etc"; then rm -f "$file"; else echo "$name $status $((pid + 1)) $policy" >"$file"; fi
  done
}

show() {
  main=0
  if lives; then main=$(cat "$BED/pid"); fi
  echo Id=docker.service
  echo LoadState=loaded
  echo "MainPID=$main"
  echo "ActiveState=$(cat "$BED/active")"
  echo "NeedDaemonReload=$(cat "$BED/needreload")"
  echo KillMode=process
}

systemctl() {
  case " $* " in
    *" show "*) show ;;
    *" is-active "*)
      for word; do name=$word; done
      case $name in
        *.timer) if [ -e "$BED/timers/${name%.timer}" ]; then echo active; else echo inactive; fi ;;
        *) echo inactive ;;
      esac
      ;;
    *" daemon-reload "*) echo no >"$BED/needreload" ;;
    *" reset-failed "*) echo inactive >"$BED/active" ;;
    *" restart "*)
      stop_daemon
      start_daemon
      case " $* " in *" --no-block "*) exit 0 ;; esac
      ;;
    *" start "*)
      for word; do name=$word; done
      name=${name%.service}
      [ -e "$BED/timers/$name" ] || exit 5
      run_timer "$name"
      ;;
    *" stop "*)
      for word; do name=$word; done
      rm -f "$BED/timers/${name%.timer}"
      ;;
  esac
}

run_timer() {
  set --
  while IFS= read -r word; do set -- "$@" "$word"; done <"$BED/timers/$name"
  rm -f "$BED/timers/$name"
  setsid "$@" </dev/null >/dev/null 2>&1 &
}

systemd_run() {
  [ -e "$BED/with-timers" ] || exit 1
  name=
  while :; do
    case $1 in
      --unit=*) name=${1#--unit=} ;;
      --*) ;;
      *) break ;;
    esac
    shift
  done
  printf '%s\n' "$@" >"$BED/timers/$name"
  case $name in *-again) run_timer "$name" ;; esac
}

docker() {
  shift 2
  lives || { echo 'Cannot connect to the Docker daemon'; exit 1; }
  if grep -rqs silent "$BED/etc"; then sleep 30; fi
  case $1 in
    ps)
      if rm "$BED/stutter" 2>/dev/null; then exit 1; fi
      ls "$BED/containers"
      ;;
    version) echo 20.10.24 ;;
    info) printf 'u\t20.10.24\t%s\t%s\n' "$(cat "$BED/live-restore")" "$BED/data" ;;
    inspect)
      for file in "$BED"/containers/*; do
        [ -f "$file" ] || continue
        read -r name status pid policy <"$file"
        printf 'u\t%s\t/%s\t%s\t%s\t%s\tfalse\tnull\t\t\n' "${file##*/}" "$name" "$status" "$pid" "$policy"
      done
      ;;
  esac
}

case ${0##*/} in
  systemctl) systemctl "$@" ;;
  systemd-run) systemd_run "$@" ;;
  docker) docker "$@" ;;
esac
