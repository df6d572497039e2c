import type { Inventory } from '../../src/config/inventory-model.ts';
import type { Rollout } from '../../src/config/play-rollout.ts';
import type { Play, Task } from '../../src/config/playbook-model.ts';
import { z } from '../../src/config/schema.ts';
import type { Opened } from '../../src/connection/session.ts';
import type { Clock } from '../../src/core/clock.ts';
import { UnbusyError } from '../../src/core/errors.ts';
import type { RunEvent } from '../../src/core/events.ts';
import type { Change, Risk } from '../../src/core/results.ts';
import { type RunInput, runPlaybook } from '../../src/engine/run.ts';
import type { Module } from '../../src/modules/module.ts';
import { silentSession } from './shelf.ts';

/** A host as small as can be: a lamp that should be on. */
export interface Lamp {
  on: boolean;
  signature: string;
  /** `down` cannot be connected, `blind` cannot be looked at, `stuck` cannot be switched on. */
  trouble?: 'down' | 'blind' | 'stuck';
}

/** Lamps that are off, of one signature, unless said otherwise. */
export const lamps = (names: readonly string[], extra: Readonly<Record<string, Partial<Lamp>>> = {}) =>
  new Map<string, Lamp>(names.map((name) => [name, { on: false, signature: 'plain', ...extra[name] }]));

/** Switches the lamp on; `risk` says how dangerous that is. */
function lampModule(fleet: ReadonlyMap<string, Lamp>, log: string[], risk: Risk): Module<{ on: true }, Lamp, Change> {
  const lampOf = (host: string) => fleet.get(host) ?? { on: true, signature: '' };
  return {
    name: 'lamp',
    summary: 'Switches a lamp on.',
    params: z.strictObject({ on: z.literal(true) }),
    needsRoot: false,
    async observe({ host }) {
      log.push(`look ${host}`);
      const lamp = lampOf(host);
      return lamp.trouble === 'blind'
        ? { kind: 'unknown', error: new UnbusyError('E_UNKNOWN', 'fog') }
        : { kind: 'known', state: { ...lamp }, gaps: [] };
    },
    plan: ({ on }) =>
      on ? [] : [{ id: 'switch', title: 'switch on', why: 'dark', risk, certainty: 'certain', witness: {} }],
    async apply({ host }) {
      log.push(`switch ${host}`);
      const lamp = lampOf(host);
      if (lamp.trouble === 'stuck') return { kind: 'failed', error: new UnbusyError('E_VERIFY', 'it stays dark') };
      lamp.on = true;
      return { kind: 'done' };
    },
    verify: ({ on }) => (on ? { kind: 'as-wanted' } : { kind: 'not-yet', why: 'dark' }),
    result: ({ on }) => ({ on }),
    signature: (state) => state.signature,
    dangers: () => (risk === 'file' ? [] : [risk]),
  };
}

const PLACE = { file: 'p.yml', line: 1, column: 1 };

/** A clock whose sleeps end at once and are written down. */
export function quickClock(slept: number[]): Clock {
  let now = 1_000_000;
  return {
    now: () => now,
    async sleep(ms, signal) {
      slept.push(ms);
      if (signal?.aborted === true) throw signal.reason;
      now += ms;
    },
  };
}

/** What a test may bend. */
export interface LampParts {
  readonly fleet: ReadonlyMap<string, Lamp>;
  readonly rollout?: Rollout;
  readonly risk?: Risk;
  readonly task?: Partial<Task>;
  readonly plays?: number;
  readonly input?: Partial<RunInput>;
  readonly onEvent?: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
}

/** Runs the lamp task over the fleet; `log` is what happened on the hosts, in order. */
export async function runLamps(parts: LampParts) {
  const { fleet, rollout, risk = 'file', plays = 1 } = parts;
  const events: RunEvent[] = [];
  const log: string[] = [];
  const slept: number[] = [];
  const names = [...fleet.keys()];
  const host = (name: string) => {
    const target = { name, identityFiles: [], transport: 'auto' as const };
    return { name, groups: ['all'], target, vars: {}, origin: {} };
  };
  const inventory: Inventory = {
    source: 'test',
    hosts: new Map(names.map((name) => [name, host(name)])),
    groups: new Map([['all', names]]),
  };
  const task = (index: number): Task => ({
    ...{ index, name: `light ${index}`, module: 'lamp', when: [], tags: [], place: PLACE },
    params: { names: new Set(), render: () => ({ kind: 'known', params: { on: true } }) },
    ...parts.task,
  });
  const play = (index: number): Play => ({
    ...{ name: `lights ${index}`, hosts: 'all', vars: {}, tags: [], tasks: [task(index)], place: PLACE },
    ...{ handlers: [] },
    ...(rollout === undefined ? {} : { rollout }),
  });
  const open = async (name: string): Promise<Opened> => {
    log.push(`connect ${name}`);
    return fleet.get(name)?.trouble === 'down'
      ? { ok: false, error: new UnbusyError('E_CONNECT_TCP', 'refused') }
      : { ok: true, session: silentSession(name) };
  };
  const input: RunInput = {
    ...{ inventory, tags: [], skipTags: [], extraVars: {}, mode: 'run', forks: 10, overrides: {}, version: '0' },
    playbook: { file: 'p.yml', plays: Array.from({ length: plays }, (_, index) => play(index)), reads: new Set() },
    deadlines: { hostMs: 5000, runMs: 10_000_000, taskMs: 5000 },
    modules: new Map([['lamp', lampModule(fleet, log, risk)]]),
    connect: async () => ({ open: async (target) => open(target.name), close: async () => {} }),
    clock: quickClock(slept),
    ...parts.input,
  };
  const emit = (event: RunEvent) => {
    events.push(event);
    parts.onEvent?.(event);
  };
  const report = await runPlaybook(input, emit, parts.signal ?? new AbortController().signal);
  const switched = log.flatMap((line) => (line.startsWith('switch ') ? [line.slice(7)] : []));
  return { report, events, log, slept, switched, statuses: statusesOf(report.hosts) };
}

const statusesOf = (hosts: readonly { readonly host: string; readonly status: string }[]) =>
  Object.fromEntries(hosts.map(({ host, status }) => [host, status]));
