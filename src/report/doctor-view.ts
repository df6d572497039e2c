import type { ErrorReport } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { foldHostsWithin } from './fold-hosts.ts';
import { count } from './story.ts';
import type { Glyph, Style, Tone } from './style.ts';
import { renderTable, wrap } from './table.ts';

/** One thing on this side that a run needs. */
export interface DoctorCheck {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do; starts with a verb. */
  readonly hint?: string;
}

/** How a host is reached, and whether it was. */
export interface DoctorHost {
  readonly host: string;
  /** As `user@address:port`; missing for this machine itself. */
  readonly target?: string;
  readonly jumps: readonly string[];
  readonly transport: 'ssh' | 'openssh' | 'local';
  readonly why: string;
  readonly become?: string;
  readonly keys: readonly string[];
  readonly keysNotOffered: readonly string[];
  readonly hostKeys?: string;
  readonly inKnownHosts?: boolean;
  /** Missing if there is an error. */
  readonly reached?: { readonly tookMs: number; readonly kernel: string; readonly uid: number };
  readonly error?: ErrorReport;
}

/** Beyond so many hosts only those in trouble are told one by one. */
const EACH_HOST = 15;
const TROUBLED = 8;

const LOOK: Readonly<Record<DoctorCheck['status'], { readonly glyph: Glyph; readonly tone: Tone }>> = {
  ok: { glyph: 'ok', tone: 'good' },
  warn: { glyph: 'unknown', tone: 'warn' },
  fail: { glyph: 'failed', tone: 'bad' },
};

/** Checks, a line each, with what to do below those that are not well. */
export function renderChecks(checks: readonly DoctorCheck[], style: Style, columns: number): readonly string[] {
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  return checks.flatMap(({ name, status, text, hint }) => {
    const { glyph, tone } = LOOK[status];
    const head = `${style.paint(tone, style.glyph(glyph))} ${name.padEnd(width)}  ${printable(text)}`;
    return hint === undefined || status === 'ok' ? [head] : [head, ...hintLines(hint, style, columns)];
  });
}

/** How much of the hosts is told: each, those in trouble, or each in a small fleet only; `facts`: keys and known_hosts too. */
export type HostDetail = 'facts' | 'small' | 'trouble';

/** Hosts with how they are reached. */
export function renderDoctorHosts(
  hosts: readonly DoctorHost[],
  style: Style,
  columns: number,
  detail: HostDetail,
): readonly string[] {
  const bad = hosts.filter(({ error }) => error !== undefined);
  const whole = detail === 'facts' || (detail === 'small' && hosts.length <= EACH_HOST);
  const shown = whole ? hosts : bad.slice(0, TROUBLED);
  const good = hosts.filter(({ error }) => error === undefined).map(({ host }) => printable(host));
  const rest = bad.length - TROUBLED;
  return [
    ...(shown.length === 0 ? [] : table(shown, style, columns, detail === 'facts')),
    ...(whole || rest <= 0 ? [] : [`and ${count(rest, 'more host')} in trouble: -v lists all`]),
    ...(whole || good.length === 0
      ? []
      : [
          `${style.paint('good', style.glyph('ok'))} ${count(good.length, 'host')} reached: ${foldHostsWithin(good, 60)}`,
        ]),
    style.paint('bold', `${good.length} of ${count(hosts.length, 'host')} reached. Nothing was changed.`),
  ];
}

function table(hosts: readonly DoctorHost[], style: Style, columns: number, facts: boolean): readonly string[] {
  const rows = hosts.map((each) => {
    const by = `${each.transport} (${each.why})`;
    const cells = [each.host, wayText(each), by, each.become ?? '-', resultText(each, style)];
    const below = [...(facts ? factLines(each) : []), ...errorLines(each, style)];
    return { cells: cells.map((cell) => printable(cell)), below: below.map((text) => printable(text)) };
  });
  return renderTable(['HOST', 'ADDRESS', 'BY', 'BECOME', 'RESULT'], rows, style, columns);
}

function errorLines({ error }: DoctorHost, style: Style): readonly string[] {
  if (error === undefined) return [];
  const hint = error.hint === undefined ? [] : [`${style.glyph('arrow')} ${error.hint}`];
  return [`${error.code}: ${error.message.split('\n')[0]}`, ...hint];
}

function factLines({ transport, keys, keysNotOffered, hostKeys, inKnownHosts }: DoctorHost): readonly string[] {
  if (transport === 'local') return [];
  return [
    `keys: ${keys.join(', ') || 'none'}`,
    ...(keysNotOffered.length === 0 ? [] : [`keys left aside: ${keysNotOffered.join(', ')}`]),
    `host key: ${inKnownHosts === true ? 'in known_hosts' : 'in no known_hosts file'}, unknown ones ${hostKeys === 'strict' ? 'refused' : 'accepted as new'}`,
  ];
}

function wayText({ target, jumps }: DoctorHost): string {
  const way = jumps.length === 0 ? '' : ` via ${jumps.join(', ')}`;
  return target === undefined ? 'this machine' : `${target}${way}`;
}

function resultText({ reached }: DoctorHost, style: Style): string {
  if (reached === undefined) return `${style.glyph('failed')} not reached`;
  const { tookMs, kernel, uid } = reached;
  return `${style.glyph('ok')} ${tookMs}ms, Linux ${kernel}, uid ${uid}`;
}

function hintLines(hint: string, style: Style, columns: number): readonly string[] {
  return wrap(printable(hint), columns - 5).map((line, at) => `    ${at === 0 ? style.glyph('arrow') : ' '} ${line}`);
}
