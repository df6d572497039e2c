import type { ChangeReport, HostResult } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { foldHosts } from './fold-hosts.ts';
import type { Style, Tone } from './style.ts';

const TONES: readonly (readonly [RegExp, Tone])[] = [
  [/^(\+\+\+|---)/, 'bold'],
  [/^@@/, 'dim'],
  [/^\+/, 'good'],
  [/^-/, 'bad'],
];

/** A unified diff, coloured by its signs; content of hosts is made safe to print. */
export function renderDiff(diff: string, style: Style): readonly string[] {
  return printable(diff.replace(/\n$/, ''), 'lines')
    .split('\n')
    .map((line) => {
      const tone = TONES.find(([sign]) => sign.test(line))?.[1];
      return tone === undefined ? line : style.paint(tone, line);
    });
}

/** All diffs of a run; equal ones are shown once, with the hosts that they belong to. */
export function diffLines(hosts: readonly HostResult[], style: Style): readonly string[] {
  const groups = new Map<string, { readonly change: ChangeReport; readonly hosts: string[] }>();
  for (const host of hosts) {
    for (const change of host.tasks.flatMap((task) => task.changes)) {
      if (change.diff === undefined || change.diff === '') continue;
      const key = JSON.stringify([change.title, change.outcome, change.diff]);
      const group = groups.get(key) ?? { change, hosts: [] };
      group.hosts.push(host.host);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap(({ change, hosts: names }) => [
    style.paint('bold', `${printable(foldHosts(names))}  ${printable(change.title)} (${change.outcome})`),
    ...renderDiff(change.diff ?? '', style),
    '',
  ]);
}
