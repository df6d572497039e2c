import type { LabHost } from '../host.ts';
import { BUSYBOX } from '../images.ts';
import type { Container, Removal } from './model.ts';

const ATTRIBUTES = '{{.Id}} {{.Name}} {{.State.Pid}} {{.GraphDriver.Data.MergedDir}}';

/** Starts a container (`sleep 1d` from a busybox image unless told otherwise). */
export async function startContainer(host: LabHost, name: string, args = BUSYBOX): Promise<Container> {
  const [container] = await startContainers(host, [name], args);
  if (!container) throw new Error(`${host.name}: ${name} did not start`);
  return container;
}

/** Starts several containers that differ only by name. */
export async function startContainers(host: LabHost, names: readonly string[], args = BUSYBOX): Promise<Container[]> {
  await host.must(names.map((name) => `docker run -d --name ${name} ${args} >/dev/null`).join('\n'));
  return inspect(host, names);
}

/** What Docker says of running containers, in the order of the names. */
export async function inspect(host: LabHost, names: readonly string[]): Promise<Container[]> {
  const lines = await host.must(`docker inspect -f '${ATTRIBUTES}' ${names.join(' ')}`);
  return lines.split('\n').map((line) => {
    const [id = '', name = '', pid = '', merged = ''] = line.split(' ');
    const mountId = merged.split('/').at(-2) ?? '';
    return { id, name: name.slice(1), pid: Number(pid), merged, mountId };
  });
}

/** Asks Docker once, for all of them at the same time, to remove containers by force. */
export async function removeContainers(host: LabHost, ids: readonly string[]): Promise<ReadonlyMap<string, Removal>> {
  const ran = await host.sh(`
    remove() {
      error=$(docker rm -f "$1" 2>&1 >/dev/null)
      printf '%s\\t%s\\t%s\\n' "$1" "$?" "$error"
    }
    for id in ${ids.join(' ')}; do remove "$id" & done
    wait
  `);
  const rows = ran.stdout.trimEnd().split('\n');
  return new Map(
    rows.map((row) => {
      const [id = '', code = '', error = ''] = row.split('\t');
      return [id, { code: Number(code), error }];
    }),
  );
}

/** What `docker ps -a` says of every container, by full id. */
export async function listContainers(host: LabHost): Promise<ReadonlyMap<string, string>> {
  const lines = await host.must(`docker ps -a --no-trunc --format '{{.ID}}\t{{.Status}}'`);
  return new Map(
    lines.split('\n').map((line) => {
      const [id = '', status = ''] = line.split('\t');
      return [id, status];
    }),
  );
}

/** Restarts dockerd and waits until it answers; with live-restore, containers keep running. */
export async function restartDocker(host: LabHost): Promise<void> {
  await host.must(`
    systemctl reset-failed docker.service docker.socket
    systemctl restart docker.service
    until docker version >/dev/null 2>&1; do sleep 0.1; done
  `);
}
