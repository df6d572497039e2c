import type { DaemonProcess } from './daemon-facts.ts';

/** A daemon by name and pid, so that several on one host are told apart. */
export function daemonName({ role, pid }: DaemonProcess): string {
  return `${role} (pid ${pid})`;
}

/** Per cent, rounded down: what has not reached a limit is not told as if it had. */
export function percentOf(part: number, whole: number): string {
  return `${Math.floor((part / whole) * 100)} %`;
}

/** Bytes for people, in binary units: 26.1 GiB, 310 MiB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 2 ** (10 * power);
  return `${power >= 3 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** A length of time for people, roughly: 40 days, 5 hours, 12 minutes, 30 seconds. */
export function roughly(seconds: number): string {
  const [size, unit] =
    seconds >= 172_800
      ? ([86_400, 'days'] as const)
      : seconds >= 7_200
        ? ([3_600, 'hours'] as const)
        : seconds >= 120
          ? ([60, 'minutes'] as const)
          : ([1, 'seconds'] as const);
  return `${Math.floor(seconds / size)} ${unit}`;
}
