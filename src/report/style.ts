import { styleText } from 'node:util';
import type { TaskStatus } from '../core/results.ts';

/** What a colour stands for; a word or a glyph always says the same. */
export type Tone = 'good' | 'changed' | 'warn' | 'bad' | 'dim' | 'bold';

type Colour = Parameters<typeof styleText>[0];
const COLOURS: Readonly<Record<Tone, Colour>> = {
  good: 'green',
  changed: 'yellow',
  warn: 'magenta',
  bad: 'red',
  dim: 'dim',
  bold: 'bold',
};

const UNICODE = {
  ok: '✓',
  changed: '●',
  planned: '○',
  failed: '✗',
  unknown: '?',
  skipped: '-',
  unreachable: '!',
  waiting: '…',
  arrow: '→',
  dot: '·',
  full: '█',
  empty: '░',
  cut: '…',
  fork: '├─ ',
  last: '└─ ',
  pipe: '│  ',
  blank: '   ',
} as const;

/** Name of a sign. */
export type Glyph = keyof typeof UNICODE;

const ASCII: Readonly<Record<Glyph, string>> = {
  ok: '+',
  changed: '*',
  planned: 'o',
  failed: 'x',
  unknown: '?',
  skipped: '-',
  unreachable: '!',
  waiting: '.',
  arrow: '->',
  dot: '-',
  full: '#',
  empty: '-',
  cut: '~',
  fork: '|- ',
  last: '`- ',
  pipe: '|  ',
  blank: '   ',
};

/** How text looks on one stream. */
export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
  paint(tone: Tone, text: string): string;
  glyph(name: Glyph): string;
}

/** A style with or without colours, with or without signs beyond ASCII. */
export function createStyle(options: { readonly color: boolean; readonly unicode: boolean }): Style {
  return {
    ...options,
    paint: (tone, text) => (options.color ? styleText(COLOURS[tone], text, { validateStream: false }) : text),
    glyph: (name) => (options.unicode ? UNICODE[name] : ASCII[name]),
  };
}

/** --color > NO_COLOR (no-color.org) > FORCE_COLOR, CLICOLOR_FORCE > is it a terminal that can do more than TERM=dumb. */
export function chooseColor(
  flag: 'auto' | 'always' | 'never' | undefined,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (flag === 'always') return true;
  if (flag === 'never') return false;
  if ((env.NO_COLOR ?? '') !== '') return false;
  if (isForced(env.FORCE_COLOR) || isForced(env.CLICOLOR_FORCE)) return true;
  return isTerminal && env.TERM !== 'dumb' && env.FORCE_COLOR !== '0';
}

function isForced(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

/** True if the locale's character set is UTF-8 (LC_ALL > LC_CTYPE > LANG, as setlocale(3)) and the terminal is not the kernel's console. */
export function chooseUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => (value ?? '') !== '') ?? '';
  return /utf-?8/i.test(locale) && env.TERM !== 'linux';
}

/** Glyph and tone of each status. */
export const STATUS_LOOK: Readonly<Record<TaskStatus, { readonly glyph: Glyph; readonly tone: Tone }>> = {
  ok: { glyph: 'ok', tone: 'good' },
  changed: { glyph: 'changed', tone: 'changed' },
  'would-change': { glyph: 'planned', tone: 'changed' },
  failed: { glyph: 'failed', tone: 'bad' },
  unknown: { glyph: 'unknown', tone: 'warn' },
  skipped: { glyph: 'skipped', tone: 'dim' },
  unreachable: { glyph: 'unreachable', tone: 'bad' },
  'not-reached': { glyph: 'waiting', tone: 'warn' },
};

/** The order in which statuses are listed: what asks for a person first. */
export const STATUS_ORDER: readonly TaskStatus[] = [
  'failed',
  'unknown',
  'unreachable',
  'not-reached',
  'would-change',
  'changed',
  'ok',
  'skipped',
];
