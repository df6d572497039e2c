#!/bin/sh
# stand-in-docker-unit: plays systemctl for docker.service alone, made of $home/unit (its path in the first line of $home/fragment)
# and the drop-ins of /etc/systemd/system/docker.service.d; $home/loaded is what was read at the last daemon-reload.
set -eu
home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
fragment=$(cat "$home/fragment")

files() {
  printf '%s\n' "$fragment"
  for file in /etc/systemd/system/docker.service.d/*.conf; do [ ! -f "$file" ] || printf '%s\n' "$file"; done
}

text() { files | while IFS= read -r file; do printf '== %s\n' "$file" && cat "$file"; done; }

show() {
  if [ -e "$home/no-unit" ]; then
    printf 'Id=docker.service\nLoadState=not-found\nActiveState=inactive\nNeedDaemonReload=no\nMainPID=0\n'
    return 0
  fi
  need=no
  [ "$(text)" = "$(cat "$home/loaded")" ] || need=yes
  printf 'Id=docker.service\nLoadState=%s\nActiveState=active\nSubState=running\n' "$(cat "$home/load-state" 2>/dev/null || echo loaded)"
  printf 'FragmentPath=%s\nNeedDaemonReload=%s\nMainPID=%s\n' "$fragment" "$need" "$(cat "$home/pid" 2>/dev/null || echo 0)"
  printf 'DropInPaths=%s\n' "$(sed -n 's/^== //p' "$home/loaded" | sed -e 1d -e 's/.* .*/"&"/' | tr '\n' ' ' | sed 's/ $//')"
  flags=$(sed -n 's/^MountFlags=//p' "$home/loaded" | sed -n '$p')
  if [ -e "$home/numbers" ]; then
    case $flags in slave) flags=524288 ;; shared) flags=1048576 ;; private) flags=262144 ;; '') flags=0 ;; esac
  fi
  printf 'MountFlags=%s\n' "$flags"
  mounts=$(sed -n 's/^PrivateMounts=//p' "$home/loaded" | sed -n '$p')
  printf 'PrivateMounts=%s\nExecStart={ path=/usr/bin/dockerd ; argv[]=%s ; }\n' "${mounts:-no}" "$(sed -n 's/^ExecStart=//p' "$home/loaded" | sed -n '$p')"
}

for verb do case $verb in -*) ;; *) break ;; esac; done
case $verb in
  show) show ;;
  daemon-reload) text >"$home/loaded" ;;
  *) exit 64 ;;
esac
