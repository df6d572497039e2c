import { readFileSync, readlinkSync } from 'node:fs';
import type { MountEntry } from '../../../src/mounts/model.ts';
import { parseMountLine } from '../../../src/mounts/mountinfo.ts';
import type { MountWitness } from '../../../src/programs/release-mount.ts';

/** The table of a process, read plainly. */
export function tableOf(pid: number): readonly MountEntry[] {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => parseMountLine(line) ?? []);
}

/** The witness of the topmost mount at a point in the namespace of a process; throws if there is none. */
export function witnessAt(pid: number, point: string): MountWitness {
  const table = tableOf(pid);
  const mount = table.findLast((each) => each.point === point);
  if (mount === undefined) throw new Error(`nothing is mounted at ${JSON.stringify(point)} for ${pid}`);
  return {
    namespace: Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/mnt`))?.[1]),
    file: `/proc/${pid}/ns/mnt`,
    task: `/proc/${pid}`,
    startTime: startTimeOf(pid),
    id: mount.id,
    parent: mount.parent,
    parentShared: table.find((each) => each.id === mount.parent)?.shared,
    device: mount.device,
    root: mount.root,
    point: mount.point,
    fstype: mount.fstype,
  };
}

/** Field 22 of stat. */
export function startTimeOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
