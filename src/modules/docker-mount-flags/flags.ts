import type { DockerdProcess } from '../../programs/docker-topology.ts';

/** What MountFlags= may say; unset: the setting is not there, or empty. */
export type MountFlags = 'unset' | 'slave' | 'shared' | 'private';

/** Bits of mount(2) that older systemd prints instead of a word. */
const BITS: readonly (readonly [number, MountFlags])[] = [
  [1 << 19, 'slave'],
  [1 << 20, 'shared'],
  [1 << 18, 'private'],
];

/** MountFlags= as `systemctl show` prints it, a word or a number; undefined for what is neither. */
export function readShownFlags(shown: string): MountFlags | undefined {
  if (shown === '') return 'unset';
  if (isFlagWord(shown)) return shown;
  if (!/^\d+$/.test(shown)) return undefined;
  // MS_REC (1 << 14) says how far it reaches, not what it is.
  const bits = Number(shown) & ~(1 << 14);
  return bits === 0 ? 'unset' : BITS.find(([bit]) => bits === bit)?.[1];
}

/** True for a word that systemd takes for MountFlags=; it ignores all others, quoted ones included. */
export function isFlagWord(value: string): value is Exclude<MountFlags, 'unset'> {
  return value === 'slave' || value === 'shared' || value === 'private';
}

/**
 * What a running dockerd lives by: its mount namespace against that of process 1, and how its `/` is tied to others
 * (mount_namespaces(7)). Undefined if its namespace could not be read.
 */
export function flagsLivedBy(dockerd: DockerdProcess, initNamespace: number | undefined): MountFlags | undefined {
  if (dockerd.namespace === undefined || initNamespace === undefined) return undefined;
  if (dockerd.namespace === initNamespace) return 'unset';
  if (dockerd.rootTags.some((tag) => tag.startsWith('shared:'))) return 'shared';
  return dockerd.rootTags.some((tag) => tag.startsWith('master:')) ? 'slave' : 'private';
}

/** Other settings of a unit that give its processes a mount namespace of their own (systemd.exec(5)), as `NAME=VALUE`. */
export function otherNamespaceSettings(properties: ReadonlyMap<string, string>): readonly string[] {
  const off = new Set(['', 'no', 'false', '0']);
  return SANDBOX.flatMap((name) => {
    const value = properties.get(name) ?? '';
    return off.has(value) ? [] : [`${name}=${value}`];
  });
}

/** Those that every systemd since 219 may have; PrivateMounts= is not here, as we reset it together with MountFlags=. */
export const SANDBOX: readonly string[] = [
  'PrivateTmp',
  'PrivateDevices',
  'ProtectSystem',
  'ProtectHome',
  'ProtectKernelTunables',
  'ProtectKernelModules',
  'ProtectControlGroups',
  'ReadOnlyPaths',
  'ReadWritePaths',
  'InaccessiblePaths',
  'ReadOnlyDirectories',
  'ReadWriteDirectories',
  'InaccessibleDirectories',
  'BindPaths',
  'BindReadOnlyPaths',
  'TemporaryFileSystem',
  'RootDirectory',
  'RootImage',
];
