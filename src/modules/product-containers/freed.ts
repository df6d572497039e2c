import { printable } from '../../core/text.ts';
import type { MountView } from '../../mounts/model.ts';

/** What was looked at after a removal: `directories` holds the container's own one, and its layer where the driver keeps one in a directory. */
export interface FreedLook {
  readonly unreadable: MountView['unreadable'];
  readonly directories: readonly string[];
}

/** Pure: what may be said of the storage of a container that is removed, where no mount and no directory of it was found. */
export function freedWords({ unreadable, directories }: FreedLook): string {
  const [gap, ...more] = unreadable;
  if (gap !== undefined) {
    const who = gap.pid > 0 ? `process ${gap.pid}` : 'a process';
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return `it is not known whether it is still mounted in ${who}${others}: ${printable(gap.why)}`;
  }
  if (directories.length > 1) return 'its storage is free';
  if (directories.length === 1) {
    return 'no mount of it is left, and its own directory is gone; what its storage driver keeps elsewhere was not looked at';
  }
  return 'no mount of it is left; where Docker keeps its directories is not known';
}
