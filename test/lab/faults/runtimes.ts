import type { LabHost } from '../host.ts';
import { genuine } from './model.ts';

/** Containers of containerd and podman that have ended, with their root in somebody else's namespace, and living ones beside them. */
export interface PlantedRuntimes {
  /** Namespaces of the two holders: a copy of all, and binds of the two roots elsewhere. */
  readonly agentPid: number;
  /** Layer of the podman container that ended. */
  readonly layer: string;
  /** Device numbers of the two roots. */
  readonly roots: readonly string[];
}

/** What must not change: the processes of the containers that live, with their roots. Asks no podman, which fails for all while it cannot remove one. */
export async function livingTasks(host: LabHost): Promise<string> {
  return host.must(`
    for pid in $(ctr tasks ls </dev/null | awk '$1 == "live" { print $2 }') $(cat /var/lib/agent/plive); do
      sed 's/.*) //' /proc/$pid/stat | awk '{ print $20 }'
      awk '$5 == "/" { print $3 }' /proc/$pid/mountinfo
      chroot /proc/$pid/root /bin/true
    done
    ctr tasks exec --exec-id x$$ live true </dev/null && echo usable
  `);
}

/** An agent has a private copy of the whole mount table, and bound one root elsewhere besides, while containers of containerd and podman end beside it. */
export async function plantRuntimes(host: LabHost): Promise<PlantedRuntimes> {
  await host.must(`
    exec </dev/null
    docker save lab/busybox | ctr image import -
    for name in web live; do ctr run --detach docker.io/lab/busybox:latest $name sleep 1d; done
    podman import -c 'CMD ["sleep","1d"]' /usr/local/share/lab/busybox.tar localhost/lab/busybox
    for name in pweb plive; do podman run --detach --name $name --stop-signal KILL localhost/lab/busybox; done
  `);
  const layer = await host.must(
    `basename "$(podman inspect -f '{{.GraphDriver.Data.UpperDir}}' pweb | xargs dirname)"`,
  );
  const roots = await host.must(
    `awk '/\\/default\\/web\\/rootfs / || /${layer}\\/merged / { print $3 }' /proc/self/mountinfo`,
  );
  const agentPid = await host.must(`
    mkdir -p /var/lib/agent
    podman inspect -f '{{.State.Pid}}' plive >/var/lib/agent/plive
    root=/run/containerd/io.containerd.runtime.v2.task/default/web/rootfs
    systemd-run --quiet --unit agent.service unshare --mount --propagation private \
      sh -c "mount --bind $root /mnt && exec sleep 1d"
    until pid=$(systemctl show --property MainPID --value agent.service); [ "$(cat /proc/$pid/comm)" = sleep ]; do sleep 0.05; done
    echo $pid
  `);
  const ended = await host.sh(`
    exec </dev/null
    ctr task kill --signal KILL web; until ctr task ls | grep -q '^web .*STOPPED'; do sleep 0.05; done
    ctr task delete web; ctr container delete web
    podman stop pweb; podman rm pweb
  `);
  const held = await host.must(`awk '{ print $3 }' /proc/${agentPid}/mountinfo`);
  const devices = roots.split('\n');
  for (const device of devices) genuine(held.split('\n').includes(device), `the agent does not have ${device}`, held);
  genuine(!(await host.must('ctr containers ls --quiet')).split('\n').includes('web'), 'containerd still has it');
  if (host.options.legacyRmdir === true) {
    genuine(/merged: device or resource busy/.test(ended.stderr), 'podman could remove it', ended.stderr);
  }
  return { agentPid: Number(agentPid), layer, roots: devices };
}
