import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether this machine can hold a lab, and if not, all that is missing in one sentence. */
export type LabAbility = { readonly ok: true } | { readonly ok: false; readonly why: string };

const TOOLS: Readonly<Record<string, string>> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  gcc: 'gcc and libc6-dev',
  busybox: 'busybox-static',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  unshare: 'util-linux',
  flock: 'util-linux',
  losetup: 'mount',
  'apt-get': 'apt (a Debian or Ubuntu machine)',
};

const CAP_SYS_CHROOT = 18n;
const CAP_SYS_ADMIN = 21n;

/** Looks at the operating system, the privileges and the tools; changes nothing. */
export function canRunLab(): LabAbility {
  const missing = process.platform === 'linux' ? [...missingPrivileges(), ...missingTools()] : ['Linux'];
  return missing.length === 0 ? { ok: true } : { ok: false, why: `lab not run: needs ${missing.join(', ')}` };
}

function missingPrivileges(): string[] {
  if (process.getuid?.() !== 0) return ['root'];
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const has = (bit: bigint) => (BigInt(`0x${effective}`) & (1n << bit)) !== 0n;
  return [...(has(CAP_SYS_ADMIN) ? [] : ['CAP_SYS_ADMIN']), ...(has(CAP_SYS_CHROOT) ? [] : ['CAP_SYS_CHROOT'])];
}

function missingTools(): string[] {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const present = (tool: string) => folders.some((folder) => isExecutable(join(folder, tool)));
  return Object.entries(TOOLS).flatMap(([tool, from]) => (present(tool) ? [] : [`${tool} (${from})`]));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
