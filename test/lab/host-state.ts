import type { LabHost } from './host.ts';

// Namespaces of commands that come and go with this very look are those of its own process only. Docker puts network
// namespaces of ended containers away up to a minute later, whatever anybody does.
const SCRIPT = `
  echo '# mounts'
  seen=
  for task in /proc/[0-9]*/task/[0-9]*; do
    namespace=$(readlink "$task/ns/mnt" 2>/dev/null) || continue
    case $seen in *"$namespace"*) continue ;; esac
    seen="$seen $namespace"
    sed "/[/]docker[/]netns[/]/d; s/^/$namespace /" "$task/mountinfo"
  done | sort
  echo '# containers'
  timeout 5 docker ps -aq --no-trunc | sort | xargs -r timeout 5 docker inspect \
    -f '{{.Id}} {{.Name}} {{.State.Status}} dead={{.State.Dead}} pid={{.State.Pid}} started={{.State.StartedAt}} restarts={{.RestartCount}}'
  echo "docker $?"
  echo '# services'
  systemctl show --property Id,MainPID,ActiveState,NRestarts '*.service' | awk -v RS= '/ssh|docker|containerd|cron|lab-|timekeeper|stray|lost/ { gsub("\\n", " "); print }' | sort
  echo '# files'
  find /var/lib/docker -xdev -maxdepth 3 ! -path '*/tmp/*' -printf '%y %m %u %p\\n' | sort
  find /etc /srv /run/docker /run/kept /usr/local -xdev -type f ! -path '/etc/mtab' ! -path '/run/docker/netns/*' -printf '%m %u %s %T@ %p\\n' 2>/dev/null | sort
  echo '# kernel'
  sysctl -a --pattern '^fs\\.(may_detach|mount-max)|^vm\\.dirty' 2>/dev/null
`;

/** All that a look must leave as it was, as text: mount tables, containers, services, files. Compare with `toBe`. */
export async function hostState(host: LabHost): Promise<string> {
  return host.must(`set +e\n${SCRIPT}`);
}
