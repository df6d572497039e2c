import { basename } from 'node:path';

/** Who starts containerd: systemd, as packages do since Docker 18.09, or dockerd itself, as before. */
export type Topology = 'own-service' | 'child';

/** What a lab host is like. */
export interface HostOptions {
  /** Its host name; at most ten letters, digits and dashes. */
  readonly name: string;
  readonly topology?: Topology;
  /** Lays the rule of Linux before 3.18 (emulated) over dockerd, containerd, sshd and cron. */
  readonly legacyRmdir?: boolean;
  readonly liveRestore?: boolean;
  /** `MountFlags=` of docker.service; with `shared`, systemd >= 239 needs PrivateMounts= too to make a namespace. */
  readonly mountFlags?: 'slave' | 'private' | 'shared';
}

/** The files that make a host as its options say, by absolute path; an empty text is a unit that is masked. */
export function hostFiles(options: HostOptions): ReadonlyMap<string, string> {
  const child = options.topology === 'child';
  const dockerd = child ? 'dockerd -H fd://' : 'dockerd -H fd:// --containerd=/run/containerd/containerd.sock';
  const flags = options.mountFlags ? [`MountFlags=${options.mountFlags}`, 'PrivateMounts=yes'] : [];
  const units: [string, string, readonly string[]][] = [
    ['docker', `/usr/sbin/${dockerd}`, flags],
    ['ssh', '/usr/sbin/sshd -D', []],
    ['cron', '/usr/sbin/cron -f', []],
  ];
  if (!child) units.push(['containerd', '/usr/bin/containerd', []]);
  const files = units.map(([unit, command, extra]): [string, string] => [
    `/etc/systemd/system/${unit}.service.d/lab.conf`,
    dropIn(command, extra, options.legacyRmdir === true),
  ]);
  if (child) files.push(['/etc/systemd/system/containerd.service', '']);
  return new Map([...files, ['/etc/docker/daemon.json', daemonJson(options)]]);
}

function dropIn(command: string, extra: readonly string[], legacy: boolean): string {
  const start = legacy ? `/usr/local/sbin/legacy-rmdir ${command}` : command;
  // The journal would name a wrapped daemon after the wrapper.
  const name = basename(command.split(' ')[0] ?? '');
  return ['[Service]', 'ExecStart=', `ExecStart=${start}`, `SyslogIdentifier=${name}`, ...extra, ''].join('\n');
}

function daemonJson(options: HostOptions): string {
  return `${JSON.stringify(
    {
      runtimes: { lab: { path: '/usr/local/sbin/lab-runc' } },
      'default-runtime': 'lab',
      'live-restore': options.liveRestore === true,
    },
    null,
    2,
  )}\n`;
}
