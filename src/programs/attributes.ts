import type { PathInode } from './stat-path.ts';

/** Mode, owner and group that a playbook asks for; what is not given is left as it is. */
export interface WantedAttributes {
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

/** One attribute that is not as wanted. */
export interface AttributeDifference {
  readonly what: 'mode' | 'owner' | 'group';
  readonly is: string;
  readonly wanted: string;
}

/** Four octal digits: 644 and 0644 are the same mode. */
export function normalMode(mode: string): string {
  return mode.padStart(4, '0');
}

/** True if names of users or groups are needed to compare, and not numbers alone. */
export function needsNames({ owner, group }: WantedAttributes): boolean {
  return [owner, group].some((name) => name !== undefined && !isNumber(name));
}

/** What differs, in the order mode, owner, group. */
export function differences(found: PathInode, wanted: WantedAttributes): readonly AttributeDifference[] {
  const list: AttributeDifference[] = [];
  if (wanted.mode !== undefined && normalMode(wanted.mode) !== found.mode) {
    list.push({ what: 'mode', is: found.mode, wanted: normalMode(wanted.mode) });
  }
  const owner = principal(wanted.owner, found.uid, found.owner);
  if (wanted.owner !== undefined && owner !== wanted.owner)
    list.push({ what: 'owner', is: owner, wanted: wanted.owner });
  const group = principal(wanted.group, found.gid, found.group);
  if (wanted.group !== undefined && group !== wanted.group)
    list.push({ what: 'group', is: group, wanted: wanted.group });
  return list;
}

/** The differences in one phrase: mode 0644, wanted 0600; owner root, wanted app. */
export function describeDifferences(list: readonly AttributeDifference[]): string {
  return list.map(({ what, is, wanted }) => `${what} ${is}, wanted ${wanted}`).join('; ');
}

const isNumber = (name: string): boolean => /^\d+$/.test(name);

/** What is there in the same form as what is wanted: a number, or a name. */
function principal(wanted: string | undefined, id: number, name: string | undefined): string {
  return wanted === undefined || isNumber(wanted) ? String(id) : (name ?? String(id));
}
