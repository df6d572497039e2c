import type { RmdirRule } from '../../programs/probe-rmdir-rule.ts';
import type { MountFlags } from './flags.ts';
import { marksLayersPrivate } from './version.ts';

/** What the decision hangs on. Undefined and `unknown`: it could not be seen. */
export interface MatrixFacts {
  readonly kernel: RmdirRule | undefined;
  /** Of the Docker daemon; empty if unknown. */
  readonly version: string;
  /** Who starts containerd; none: dockerd runs containers itself (before 1.11). */
  readonly containerd: 'own-service' | 'child' | 'none' | 'unknown';
  /** Configured, or in effect. */
  readonly liveRestore: boolean | undefined;
  /** MountFlags= of docker.service, as systemd has it. */
  readonly flags: MountFlags;
  /** PrivateMounts=yes: a namespace of its own also without MountFlags=. */
  readonly privateMounts: boolean;
  /** Further settings that give dockerd a namespace of its own, such as PrivateTmp=yes; they are not ours to change. */
  readonly otherSettings: readonly string[];
  /** Containers that send mounts to the host, kubelet in a container among them. */
  readonly sharedUsers: readonly string[] | undefined;
}

/** A row of the decision matrix. The first one that holds decides; one that cannot be told stops the search. */
export interface MatrixRow {
  readonly name: string;
  /** `keep`: leave MountFlags= as it is. */
  readonly wants: MountFlags | 'keep';
  readonly holds: (facts: MatrixFacts) => boolean | undefined;
  /** One clause that goes on after "because". */
  readonly why: (facts: MatrixFacts) => string;
  /** What to do, beginning with a verb. */
  readonly advice: (facts: MatrixFacts) => string;
  /** What the advice may cost. */
  readonly risk: string;
  /** Release notes, pull requests and field reports that the row rests on. */
  readonly source: string;
}

/** False if one is false, else undefined if one is unknown (Kleene's logic). */
export function allOf(...each: readonly (boolean | undefined)[]): boolean | undefined {
  if (each.includes(false)) return false;
  return each.includes(undefined) ? undefined : true;
}

const isSet = ({ flags, privateMounts }: MatrixFacts) => flags !== 'unset' || privateMounts;
const splits = ({ flags, privateMounts, otherSettings }: MatrixFacts) =>
  flags === 'slave' || flags === 'private' || privateMounts || otherSettings.length > 0;
const isApart = (facts: MatrixFacts) => isSet(facts) || splits(facts);
const busy = ({ kernel }: MatrixFacts) => kernel?.busy;
const detaches = ({ kernel }: MatrixFacts) => (kernel === undefined ? undefined : !kernel.busy);
const knobOff = ({ kernel }: MatrixFacts) => (kernel === undefined ? undefined : kernel.class === 'K1' && kernel.busy);
const hasUsers = ({ sharedUsers }: MatrixFacts) => (sharedUsers === undefined ? undefined : sharedUsers.length > 0);
const ownService = ({ containerd }: MatrixFacts) =>
  containerd === 'unknown' ? undefined : containerd === 'own-service';

/** The settings as they are written, for instance MountFlags=slave. */
export function settingsOf(facts: Pick<MatrixFacts, 'flags' | 'privateMounts'> & Partial<MatrixFacts>): string {
  const { flags, privateMounts, otherSettings = [] } = facts;
  const words = [
    ...(flags === 'unset' ? [] : [`MountFlags=${flags}`]),
    ...(privateMounts ? ['PrivateMounts=yes'] : []),
    ...otherSettings,
  ];
  return words.length === 0 ? 'no MountFlags=' : words.join(' and ');
}

const drop = (facts: MatrixFacts) => `remove ${settingsOf(facts)} from docker.service, then restart dockerd`;
const leave = () => 'leave MountFlags= unset';
const RESTART = 'restarting dockerd stops every container, unless live-restore is in effect';
const NONE = 'none: nothing is changed';
const usersOf = ({ sharedUsers }: MatrixFacts) => {
  const [first = '', ...rest] = sharedUsers ?? [];
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
};

/** In the order in which they are tried: what breaks a host comes before what is useless on it. */
export const MATRIX: readonly MatrixRow[] = [
  {
    name: 'own-containerd-set',
    wants: 'unset',
    holds: (facts) => allOf(isApart(facts), ownService(facts)),
    why: (facts) =>
      `containerd is a service of its own and does not see the mounts of a dockerd with ${settingsOf(facts)}: containers cannot start`,
    advice: drop,
    risk: RESTART,
    source: 'Docker Engine 18.09.0 release notes; seen with Docker 20.10',
  },
  {
    name: 'live-restore-set',
    wants: 'unset',
    holds: (facts) => allOf(isApart(facts), facts.liveRestore),
    why: (facts) =>
      `live-restore is on, and with ${settingsOf(facts)} a restarted dockerd does not see the mounts of containers that went on running: exec, cp and rm fail`,
    advice: (facts) => `${drop(facts)}, keep live-restore, and recreate containers that were started before`,
    risk: 'the restart stops no container; those of the old namespace stay broken until they are recreated',
    source: 'Red Hat article 2938171; moby#35873; field report on Docker 18.06.3',
  },
  {
    name: 'shared-users-set',
    wants: 'unset',
    holds: (facts) => allOf(splits(facts), hasUsers(facts)),
    why: (facts) => `${usersOf(facts)} must send mounts to the host, and with ${settingsOf(facts)} none arrives there`,
    advice: drop,
    risk: RESTART,
    source: 'rancher/rke#123; openshift/origin#9279',
  },
  {
    name: 'knob-off',
    wants: 'keep',
    holds: knobOff,
    why: () =>
      'fs.may_detach_mounts is 0, so that any foreign mount makes a removal fail; setting it needs no restart and hurts nothing',
    advice: () => 'set fs.may_detach_mounts=1, now and in sysctl.d, and leave MountFlags= until then',
    risk: NONE,
    source: 'moby#34886; RHEL 7.4 release',
  },
  {
    name: 'useless-set',
    wants: 'unset',
    holds: (facts) => allOf(detaches(facts), isSet(facts), negate(marksLayersPrivate(facts.version))),
    why: (facts) =>
      `this kernel removes directories that are mounted elsewhere, and Docker ${facts.version} lets other namespaces hear its unmounts: ${settingsOf(facts)} helps nothing, and breaks live-restore and containerd as a service of its own`,
    advice: drop,
    risk: RESTART,
    source: 'mount_namespaces(7); moby#36047; field report on Docker 18.06.3',
  },
  {
    name: 'private-on-old-docker',
    wants: 'slave',
    holds: (facts) => allOf(detaches(facts), facts.flags === 'private', negate(hasUsers(facts))),
    why: () => 'with MountFlags=private dockerd never hears the unmounts of the host, and keeps its devices busy',
    advice: () => 'set MountFlags=slave in docker.service, then restart dockerd',
    risk: RESTART,
    source: 'systemd.exec(5); systemd#4727',
  },
  {
    name: 'hides-on-old-docker',
    wants: 'keep',
    holds: (facts) => allOf(detaches(facts), isSet(facts)),
    why: (facts) =>
      `Docker ${facts.version} makes its layers private, so services started later would pin them without ${settingsOf(facts)}; it hurts nothing here`,
    advice: () => 'leave MountFlags= as it is, and upgrade Docker to 17.12.1 or later',
    risk: NONE,
    source: 'moby#36047',
  },
  {
    name: 'live-restore-unset',
    wants: 'keep',
    holds: (facts) => allOf(detaches(facts), facts.liveRestore),
    why: () =>
      'live-restore is on and dockerd shares the namespace of the host; this kernel removes directories that are mounted elsewhere',
    advice: leave,
    risk: NONE,
    source: 'Red Hat article 2938171; mount_namespaces(7)',
  },
  {
    name: 'useless-unset',
    wants: 'keep',
    holds: detaches,
    why: () =>
      'this kernel removes directories that are mounted elsewhere: a foreign mount cannot stop a removal, so MountFlags= would help nothing',
    advice: leave,
    risk: NONE,
    source: 'mount_namespaces(7); Linux 3.18',
  },
  {
    name: 'legacy-own-containerd',
    wants: 'keep',
    holds: (facts) => allOf(busy(facts), ownService(facts)),
    why: () =>
      'this kernel keeps directories that are mounted elsewhere, but containerd is a service of its own: with MountFlags=slave containers could not start',
    advice: () =>
      'leave MountFlags= unset; give what holds the mounts slave propagation, or restart it; renew the kernel',
    risk: NONE,
    source: 'Docker Engine 18.09.0 release notes',
  },
  {
    name: 'legacy-live-restore',
    wants: 'keep',
    holds: (facts) => allOf(busy(facts), facts.liveRestore),
    why: () =>
      'this kernel keeps directories that are mounted elsewhere, but live-restore is on, and does not go with MountFlags=slave',
    advice: () =>
      'leave MountFlags= unset; give what holds the mounts slave propagation, or restart it; renew the kernel',
    risk: NONE,
    source: 'Red Hat article 2938171; moby#35873',
  },
  {
    name: 'legacy-shared-users',
    wants: 'keep',
    holds: (facts) => allOf(busy(facts), hasUsers(facts)),
    why: (facts) =>
      `this kernel keeps directories that are mounted elsewhere, but ${usersOf(facts)} must send mounts to the host, which MountFlags=slave would stop`,
    advice: () =>
      'leave MountFlags= unset; give what holds the mounts slave propagation, or restart it; renew the kernel',
    risk: NONE,
    source: 'rancher/rke#123; openshift/origin#9279',
  },
  {
    name: 'legacy-slave',
    wants: 'keep',
    holds: (facts) => allOf(busy(facts), facts.flags === 'slave'),
    why: () =>
      'this kernel keeps directories that are mounted elsewhere, and MountFlags=slave keeps the mounts of Docker out of other namespaces; nothing here speaks against it',
    advice: () => 'leave MountFlags=slave, and remove it before an upgrade to Docker 18.09 or later',
    risk: NONE,
    source: 'moby#27381; field reports on CentOS 7',
  },
  {
    name: 'legacy-child',
    wants: 'slave',
    holds: busy,
    why: () =>
      'this kernel keeps directories that are mounted elsewhere, containerd is started by dockerd itself, live-restore is off and nothing sends mounts to the host',
    advice: () => 'set MountFlags=slave in docker.service, then restart dockerd',
    risk: `${RESTART}; old leaks stay until they are released; remove it before an upgrade to Docker 18.09 or later`,
    source: 'moby#27381; field reports on CentOS 7',
  },
];

function negate(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}
