import type { MountEntry } from './model.ts';

/**
 * Undoes the octal escapes that the kernel puts into mountinfo (seq_path and mangle in fs/proc_namespace.c); any \ooo,
 * as the set differs by version. A byte that is no UTF-8 becomes a lone surrogate U+DC00 + byte, as everywhere here.
 */
export function decodeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/(?:\\[0-3][0-7]{2})+/g, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split('\\'), (digits) => Number.parseInt(digits, 8));
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
    }
  });
}

/** One line of mountinfo (proc_pid_mountinfo(5)); undefined if it is not one. Unknown tags are passed over. */
export function parseMountLine(line: string): MountEntry | undefined {
  const fields = line.split(' ');
  const dash = fields.indexOf('-', 6);
  const [id, parent, device, root, point] = fields;
  const fstype = fields[dash + 1];
  if (dash < 0 || !isNumber(id) || !isNumber(parent) || fstype === undefined) return undefined;
  if (device === undefined || !/^\d+:\d+$/.test(device) || root === undefined || !point?.startsWith('/')) {
    return undefined;
  }
  const tags = fields.slice(6, dash);
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: decodeOctal(root),
    point: decodeOctal(point),
    ...groupOf('shared', tags),
    ...groupOf('master', tags),
    unbindable: tags.includes('unbindable'),
    fstype: decodeOctal(fstype),
    source: decodeOctal(fields[dash + 2] ?? ''),
    superOptions: fields.slice(dash + 3).join(' '),
  };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}

function groupOf(tag: 'shared' | 'master', tags: readonly string[]): { shared?: number; master?: number } {
  const found = tags.find((each) => each.startsWith(`${tag}:`))?.slice(tag.length + 1);
  return isNumber(found) ? { [tag]: Number(found) } : {};
}
