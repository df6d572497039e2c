import type { UnitState } from '../../programs/systemd-unit-state.ts';
import { daemonOf, type RestartState } from './state.ts';

/** Properties that give a service a mount namespace of its own (exec_needs_mount_namespace of systemd), and how it is started and stopped. */
export const NAMESPACE_PROPERTIES: readonly string[] = [
  'ExecStart',
  'KillMode',
  'ReadOnlyPaths',
  'ReadWritePaths',
  'InaccessiblePaths',
  'ReadOnlyDirectories',
  'ReadWriteDirectories',
  'InaccessibleDirectories',
  'ExecPaths',
  'NoExecPaths',
  'TemporaryFileSystem',
  'BindPaths',
  'BindReadOnlyPaths',
  'MountImages',
  'ExtensionImages',
  'RootDirectory',
  'RootImage',
  'ProtectKernelTunables',
  'ProtectKernelModules',
  'ProtectKernelLogs',
  'ProtectControlGroups',
  'ProtectProc',
  'ProcSubset',
  'PrivateIPC',
  'PrivateNetwork',
  'PrivateUsers',
  'DynamicUser',
  'LogNamespace',
  'MountAPIVFS',
];

/** Each of them alone makes a namespace (systemd.exec(5)). */
const DECIDES: readonly string[] = ['PrivateTmp', 'PrivateDevices', 'PrivateMounts', 'ProtectSystem', 'ProtectHome'];

/** Values that ask for nothing. */
const NOTHING: ReadonlySet<string> = new Set(['', 'no', 'default', 'all', '0', '[not set]']);

/** MS_PRIVATE and MS_SLAVE, as old systemd prints MountFlags; MS_SHARED alone makes no namespace since systemd 239. */
const SPLITTING: ReadonlySet<string> = new Set(['slave', 'private', String(1 << 19), String(1 << 18)]);

/**
 * Why the mount namespace in which dockerd runs is not the one that its unit asks for; undefined if they agree, or if it cannot be
 * told: a unit may ask for a namespace in ways that only systemd knows, and a wrapper may make one too.
 */
export function namespaceContradiction(state: RestartState): string | undefined {
  const { unit, view } = state;
  const daemon = daemonOf(state);
  if (unit === undefined || daemon === undefined || daemon.namespace === 0 || view.hostNamespace === 0)
    return undefined;
  const own = daemon.namespace !== view.hostNamespace;
  const flags = unit.properties.get('MountFlags') ?? '';
  if (!own && SPLITTING.has(flags)) {
    return `MountFlags=${flags} is in effect for the unit, but dockerd still runs in the mount namespace of the host`;
  }
  if (own && asksForNothing(unit)) {
    return 'the unit asks for no mount namespace, but dockerd still runs in one of its own';
  }
  return undefined;
}

function asksForNothing({ properties }: UnitState): boolean {
  const names = [
    'MountFlags',
    ...DECIDES,
    ...NAMESPACE_PROPERTIES.filter((name) => name !== 'ExecStart' && name !== 'KillMode'),
  ];
  if (!names.every((name) => NOTHING.has(properties.get(name) ?? ''))) return false;
  return /path=(?:\S*\/)?dockerd(?:-current)? /.test(properties.get('ExecStart') ?? '');
}
