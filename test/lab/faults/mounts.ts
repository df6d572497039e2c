import type { LabHost } from '../host.ts';
import type { Container, Holder } from './model.ts';

/** The namespace of a process or thread, as /proc spells it. */
export async function namespaceOf(host: LabHost, task: number | string): Promise<string> {
  return host.must(`readlink /proc/${task}/ns/mnt`);
}

/** Where in a mount table (mountinfo text) the file system of one of these containers is mounted. */
export function mountsOf(table: string, containers: readonly Container[]): string[] {
  return table
    .split('\n')
    .filter((line) => containers.some(({ mountId }) => line.includes(`upperdir=/var/lib/docker/overlay2/${mountId}/`)))
    .map((line) => decodeOctal(line.split(' ')[4] ?? ''));
}

/** Where a holder still has the file system of one of these containers. */
export async function mountsHeld(host: LabHost, holder: Holder, containers: readonly Container[]): Promise<string[]> {
  return mountsOf(await host.must(holder.table), containers);
}

/** The mount table of process 1, the host's own. */
export function hostTable(host: LabHost): Promise<string> {
  return host.must('cat /proc/1/mountinfo');
}

function decodeOctal(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
