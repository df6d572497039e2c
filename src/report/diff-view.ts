import type { HostResult, TaskResult } from '../core/results.ts';
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

/** All diffs of a run, those of refused steps too; equal ones are shown once, with the hosts that they belong to. */
export function diffLines(hosts: readonly HostResult[], style: Style): readonly string[] {
  const groups = new Map<string, { readonly shown: Shown; readonly hosts: string[] }>();
  for (const host of hosts) {
    for (const shown of host.tasks.flatMap(shownOf)) {
      if (shown.diff === '') continue;
      const key = JSON.stringify(shown);
      const group = groups.get(key) ?? { shown, hosts: [] };
      group.hosts.push(host.host);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap(({ shown, hosts: names }) => [
    style.paint('bold', `${printable(foldHosts(names))}  ${printable(shown.title)} (${shown.outcome})`),
    ...renderDiff(shown.diff, style),
    '',
  ]);
}

interface Shown {
  readonly title: string;
  readonly outcome: string;
  readonly diff: string;
}

function shownOf({ changes, refusals }: TaskResult): readonly Shown[] {
  return [
    ...changes.map(({ title, outcome, diff = '' }) => ({ title, outcome, diff })),
    ...refusals.map(({ what, diff = '' }) => ({ title: what, outcome: 'refused', diff })),
  ];
}
