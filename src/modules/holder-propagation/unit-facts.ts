import type { UnitState } from '../../programs/systemd-unit-state.ts';

/** Settings that give a service a mount namespace of its own (systemd.exec(5)), with the values that do not. */
const NAMESPACE_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  PrivateTmp: ['no'],
  PrivateDevices: ['no'],
  PrivateMounts: ['no'],
  PrivateNetwork: ['no'],
  MountFlags: ['', '0'],
  ProtectSystem: ['no'],
  ProtectHome: ['no'],
  ProtectKernelTunables: ['no'],
  ProtectKernelModules: ['no'],
  ProtectKernelLogs: ['no'],
  ProtectControlGroups: ['no'],
  ReadOnlyPaths: [],
  ReadWritePaths: [],
  InaccessiblePaths: [],
  ReadOnlyDirectories: [],
  InaccessibleDirectories: [],
  BindPaths: [],
  BindReadOnlyPaths: [],
  TemporaryFileSystem: [],
  RootDirectory: [],
  RootImage: [],
  DynamicUser: ['no'],
};

/** Relations by which systemd stops another unit when this one is stopped, and so restarts it along with it. */
const RELATIONS = ['RequiredBy', 'RequisiteOf', 'BoundBy', 'ConsistsOf', 'PropagatesStopTo'] as const;

/** What has to be asked of a unit for the functions here. */
export const UNIT_FACTS: readonly string[] = [...Object.keys(NAMESPACE_SETTINGS), ...RELATIONS, 'After', 'Transient'];

/** MS_PRIVATE of mount(2): `systemctl show` prints the bits themselves before systemd 233. */
const MS_PRIVATE = 262_144;

/** True for MountFlags=private, as a word or as bits. */
export function hasPrivateFlags({ properties }: UnitState): boolean {
  const flags = properties.get('MountFlags') ?? '';
  return /^\d+$/.test(flags) ? (Number(flags) & MS_PRIVATE) !== 0 : flags.split(/[ ,]/).includes('private');
}

/** The settings that split its namespace off, as a unit file has them. */
export function namespaceSettings({ properties }: UnitState): readonly string[] {
  return Object.entries(NAMESPACE_SETTINGS).flatMap(([name, harmless]) => {
    const value = properties.get(name) ?? '';
    return value === '' || harmless.includes(value) ? [] : [`${name}=${value}`];
  });
}

/** Units that systemd stops, and starts again, along with this one. */
export function boundTo({ properties }: UnitState): readonly string[] {
  const names = RELATIONS.flatMap((relation) => wordsOf(properties.get(relation)));
  return [...new Set(names)].sort();
}

/** Units that must be up before this one starts, if both are started together. */
export function startsAfter({ properties }: UnitState): readonly string[] {
  return wordsOf(properties.get('After'));
}

function wordsOf(list = ''): readonly string[] {
  return list.split(' ').filter((word) => word !== '');
}
