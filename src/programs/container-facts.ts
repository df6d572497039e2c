import type { Json, JsonObject } from '../core/json.ts';

/** Whether a container runs; `restarting`: it ends, and Docker starts it again and again. */
export type Activity = 'true' | 'false' | 'restarting';

/** One container as `docker inspect` tells of it, in the words in which one is asked for. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  /** running, exited, created, paused, restarting, dead, removing. */
  readonly status: string;
  readonly running: Activity;
  readonly pid: number;
  /** The image as it was asked for. */
  readonly image: string;
  readonly imageId: string;
  readonly args: readonly string[];
  /** SOURCE:TARGET[:OPTIONS], as Docker takes them. */
  readonly binds: readonly string[];
  readonly network: string;
  /** no, always, unless-stopped, on-failure[:N]. */
  readonly restart: string;
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly user: string;
  /** Settings for which there is no word here, in words: they would be lost with the container. */
  readonly others: readonly string[];
}

/** What an image gives to every container that is made of it. */
export interface ImageFacts {
  readonly id: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly user: string;
}

/** Reads the JSON of a container; undefined if it is none. */
export function readContainerFacts(text: string): ContainerFacts | undefined {
  const all = parse(text);
  const id = textAt(all, 'Id');
  if (all === undefined || id === '') return undefined;
  const [config, host, state] = [objectAt(all, 'Config'), objectAt(all, 'HostConfig'), objectAt(all, 'State')];
  return {
    id,
    name: textAt(all, 'Name').replace(/^\//, ''),
    status: textAt(state, 'Status'),
    running: at(state, 'Restarting') === true ? 'restarting' : at(state, 'Running') === true ? 'true' : 'false',
    pid: Number(at(state, 'Pid') ?? 0),
    imageId: textAt(all, 'Image'),
    image: textAt(config, 'Image'),
    args: textsAt(config, 'Cmd'),
    binds: [...textsAt(host, 'Binds'), ...mountsAt(host)],
    network: networkOf(textAt(host, 'NetworkMode')),
    restart: restartOf(objectAt(host, 'RestartPolicy')),
    privileged: at(host, 'Privileged') === true,
    capAdd: textsAt(host, 'CapAdd'),
    capDrop: textsAt(host, 'CapDrop'),
    env: environmentOf(textsAt(config, 'Env')),
    labels: recordAt(config, 'Labels'),
    entrypoint: textsAt(config, 'Entrypoint'),
    user: textAt(config, 'User'),
    others: [...OTHERS.filter(([key]) => isSet(at(host, key))).map(([, word]) => word), ...oddities(host, config)],
  };
}

/** Reads the JSON of an image; undefined if it is none. */
export function readImageFacts(text: string): ImageFacts | undefined {
  const all = parse(text);
  const id = textAt(all, 'Id');
  if (all === undefined || id === '') return undefined;
  const config = objectAt(all, 'Config');
  return {
    id,
    args: textsAt(config, 'Cmd'),
    env: environmentOf(textsAt(config, 'Env')),
    labels: recordAt(config, 'Labels'),
    entrypoint: textsAt(config, 'Entrypoint'),
    user: textAt(config, 'User'),
  };
}

/** Fields of HostConfig that are empty unless somebody asked for something (Docker 1.12 to 29). */
const OTHERS: readonly (readonly [string, string])[] = [
  ['PortBindings', 'published ports'],
  ['PublishAllPorts', 'published ports'],
  ['Devices', 'devices'],
  ['DeviceRequests', 'devices'],
  ['VolumesFrom', 'volumes of other containers'],
  ['Links', 'links'],
  ['ExtraHosts', 'entries of /etc/hosts'],
  ['Dns', 'name servers'],
  ['DnsSearch', 'name servers'],
  ['Tmpfs', 'tmpfs mounts'],
  ['Sysctls', 'sysctls'],
  ['Ulimits', 'ulimits'],
  ['Memory', 'a memory limit'],
  ['NanoCpus', 'a CPU limit'],
  ['CpuQuota', 'a CPU limit'],
  ['CpuShares', 'a CPU limit'],
  ['CpusetCpus', 'a CPU limit'],
  ['PidMode', 'a PID namespace of others'],
  ['UTSMode', 'a host name of others'],
  ['UsernsMode', 'a user namespace of its own'],
  ['GroupAdd', 'further groups'],
  ['ReadonlyRootfs', 'a read-only root'],
  ['AutoRemove', '--rm'],
];

/** Settings that are never empty, or that another manager set. */
function oddities(host: JsonObject | undefined, config: JsonObject | undefined): readonly string[] {
  const ipc = textAt(host, 'IpcMode');
  const security = textsAt(host, 'SecurityOpt').filter((each) => each !== 'label=disable');
  const labels = recordAt(config, 'Labels');
  const project = labels['com.docker.compose.project'];
  const service = labels['com.docker.swarm.service.name'];
  const odd = textsOfMounts(host).length > 0;
  return [
    ...(/^(?:|private|shareable)$/.test(ipc) ? [] : ['an IPC namespace of others']),
    // A privileged container is given this by Docker itself.
    ...(security.length > 0 && at(host, 'Privileged') !== true ? ['security options'] : []),
    ...(odd ? ['mounts that are no binds'] : []),
    ...(project === undefined ? [] : [`compose project ${project}`]),
    ...(service === undefined ? [] : [`swarm service ${service}`]),
  ];
}

function parse(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return asObject(value);
  } catch {
    return undefined;
  }
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function at(value: JsonObject | undefined, key: string): Json | undefined {
  return value?.[key];
}

function objectAt(value: JsonObject | undefined, key: string): JsonObject | undefined {
  return asObject(at(value, key));
}

function textAt(value: JsonObject | undefined, key: string): string {
  const found = at(value, key);
  return typeof found === 'string' ? found : '';
}

/** A list of texts; some versions write one text where others write a list. */
function textsAt(value: JsonObject | undefined, key: string): readonly string[] {
  const found = at(value, key);
  if (typeof found === 'string') return [found];
  return Array.isArray(found) ? found.filter((each): each is string => typeof each === 'string') : [];
}

function recordAt(value: JsonObject | undefined, key: string): Record<string, string> {
  const entries = Object.entries(objectAt(value, key) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function isSet(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
}

function environmentOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*$/s, ''), line.replace(/^[^=]*=?/s, '')]));
}

function networkOf(mode: string): string {
  return mode === '' || mode === 'default' ? 'bridge' : mode;
}

function restartOf(policy: JsonObject | undefined): string {
  const name = textAt(policy, 'Name') || 'no';
  const most = Number(at(policy, 'MaximumRetryCount') ?? 0);
  return name === 'on-failure' && most > 0 ? `on-failure:${most}` : name;
}

function mountObjects(host: JsonObject | undefined): readonly JsonObject[] {
  const mounts = at(host, 'Mounts');
  return Array.isArray(mounts)
    ? (mounts as readonly Json[]).flatMap((each): readonly JsonObject[] => {
        const mount = asObject(each);
        return mount === undefined ? [] : [mount];
      })
    : [];
}

/** What was asked for by --mount type=bind, in the words of -v. */
function mountsAt(host: JsonObject | undefined): readonly string[] {
  return mountObjects(host)
    .filter((mount) => textAt(mount, 'Type') === 'bind')
    .map((mount) => {
      const propagation = textAt(objectAt(mount, 'BindOptions'), 'Propagation');
      const options = [...(at(mount, 'ReadOnly') === true ? ['ro'] : []), ...(propagation === '' ? [] : [propagation])];
      return [
        textAt(mount, 'Source'),
        textAt(mount, 'Target'),
        ...(options.length === 0 ? [] : [options.join(',')]),
      ].join(':');
    });
}

function textsOfMounts(host: JsonObject | undefined): readonly string[] {
  return mountObjects(host)
    .map((mount) => textAt(mount, 'Type'))
    .filter((type) => type !== 'bind');
}
