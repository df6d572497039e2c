/** The path below /proc/sys of a parameter's name: the first separator is the separator, the other one stands for itself (sysctl.d(5)). */
export function pathOfKey(key: string): string {
  const separator = /[./]/.exec(key)?.[0];
  if (separator !== '.') return key;
  return key.replace(/[./]/g, (char) => (char === '.' ? '/' : '.'));
}

/** A value as it is compared: the kernel prints tabs where people write blanks. */
export function normalValue(value: string | number): string {
  return String(value).trim().split(/\s+/).join(' ');
}
