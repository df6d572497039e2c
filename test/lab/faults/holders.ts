import type { LabHost } from '../host.ts';
import { BUSYBOX, PAUSE } from '../images.ts';
import { startContainer } from './containers.ts';
import type { Holder } from './model.ts';
import { namespaceOf } from './mounts.ts';

/** Starts something that takes a private copy of the host's mounts as they are now. */
export type StartHolder = (host: LabHost) => Promise<Holder>;

/** cAdvisor as its documentation starts it: its binds hold one mount at three places. */
export const cadvisor: StartHolder = (host) =>
  privateContainer(
    host,
    'cadvisor',
    `-v /:/rootfs:ro -v /var/run:/var/run:rw -v /sys:/sys:ro -v /var/lib/docker/:/var/lib/docker:ro ${BUSYBOX}`,
    ['/rootfs', '/var/run', '/var/lib/docker'],
  );

/** node-exporter as it was started before 0.16. */
export const nodeExporter: StartHolder = (host) =>
  privateContainer(host, 'node-exporter', `-v /proc:/host/proc:ro -v /sys:/host/sys:ro -v /:/rootfs:ro ${BUSYBOX}`, [
    '/rootfs',
  ]);

/** An agent whose image is one static program: there is no umount in it, nor a shell. */
export const scratchAgent: StartHolder = (host) =>
  privateContainer(host, 'host-agent', `-v /:/host:ro ${PAUSE}`, ['/host']);

/** Docker since 17.12.1 makes such binds slaves; before, they were private, and are made so here. */
async function privateContainer(host: LabHost, name: string, args: string, paths: readonly string[]): Promise<Holder> {
  const { pid } = await startContainer(host, name, args);
  await host.must(`make-private ${pid} ${paths.join(' ')}`);
  return { kind: 'container', name, pid, namespace: await namespaceOf(host, pid), table: tableOf(pid) };
}

/** A system service with PrivateTmp= and MountFlags=private, as the time service of CentOS 7 was. */
export const privateService: StartHolder = async (host) => {
  const name = 'timekeeper.service';
  await host.must(`
    cat >/etc/systemd/system/${name} <<'EOF'
[Service]
ExecStart=/bin/sleep infinity
PrivateTmp=yes
MountFlags=private
EOF
    systemctl daemon-reload
    systemctl start ${name}
  `);
  const pid = await mainPid(host, name);
  return { kind: 'service', name, pid, namespace: await namespaceOf(host, pid), table: tableOf(pid) };
};

/** A process of which only a second thread has left the host's namespace. */
export const strayThread: StartHolder = async (host) => {
  const name = 'stray-thread.service';
  await host.must(`systemd-run --quiet --unit ${name} /usr/local/sbin/thread-holder`);
  const pid = await mainPid(host, name);
  const find = `for t in /proc/${pid}/task/*; do [ "$(readlink $t/ns/mnt)" = "$(readlink /proc/1/ns/mnt)" ] || echo \${t##*/}; done`;
  const tid = Number(await host.must(`until t=$(${find}) && [ -n "$t" ]; do sleep 0.1; done; echo $t`));
  const namespace = await namespaceOf(host, `${pid}/task/${tid}`);
  return { kind: 'thread', name, pid, tid, namespace, table: `cat /proc/${pid}/task/${tid}/mountinfo` };
};

/** A namespace that a bind of its nsfs file keeps, after its only process has ended. */
export const pinnedNamespace: StartHolder = async (host) => {
  const name = '/run/kept/mnt';
  const namespace = await host.must(`
    mkdir -p /run/kept
    mount -t tmpfs kept /run/kept
    mount --make-private /run/kept
    touch ${name}
    # A namespace can be bound only in one with a lower number, and since Linux 6.18 each processor numbers by itself.
    for processor in $(seq 0 $(($(nproc --all) - 1))) $(seq 0 $(($(nproc --all) - 1))); do
      taskset -c $processor unshare --mount --propagation private sleep 1000 >/dev/null 2>&1 </dev/null &
      pid=$!
      # The copies are private once unshare has become the sleep.
      until [ "$(cat /proc/$pid/comm)" = sleep ]; do sleep 0.1; done
      namespace=$(readlink /proc/$pid/ns/mnt)
      mount --bind /proc/$pid/ns/mnt ${name} 2>/dev/null && bound=$namespace
      kill $pid
      wait $pid || :
      [ -z "\${bound-}" ] || break
    done
    echo $bound
  `);
  return { kind: 'pinned', name, namespace, table: `nsenter --mount=${name} cat /proc/self/mountinfo` };
};

const tableOf = (pid: number): string => `cat /proc/${pid}/mountinfo`;

async function mainPid(host: LabHost, unit: string): Promise<number> {
  return Number(await host.must(`systemctl show --property MainPID --value ${unit}`));
}
