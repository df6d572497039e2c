import { release } from 'node:os';
import type { RecordedAnswer, RecordedFleet } from '../../src/demo/recorded-host.ts';

/** What a recording tells of the machine that it was made on, and need not. */
const PRIVATE: readonly (readonly [RegExp, string])[] = [
  [/\/[^\s']*\/unbusy-demo-\w+/g, '/tmp/unbusy-demo'],
  [/,resv_strict|,resuid=\d+|,resgid=\d+/g, ''],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '00000000-0000-4000-8000-000000000000'],
];

/** The recording as a file, laid out so that a new one can be read as a diff. */
export function recordingText(hosts: Readonly<Record<string, readonly RecordedAnswer[]>>): string {
  const kernel = /^[\d.]+/.exec(release())?.[0] ?? '';
  const fleet: RecordedFleet = { from: `Linux ${kernel}, ${process.arch}`, hosts };
  let text = `${JSON.stringify(fleet, null, 2)}\n`.replaceAll(release(), kernel);
  for (const [pattern, instead] of PRIVATE) text = text.replace(pattern, instead);
  return text;
}
