import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecords } from '../../src/connection/records.ts';
import type { Outcome, Session } from '../../src/connection/session.ts';
import type { Change } from '../../src/core/results.ts';
import type { Applied, Module, Observed } from '../../src/modules/module.ts';
import { MeddledSession } from '../support/meddled-session.ts';
import { makeSandbox, pictureOf } from '../support/sandbox.ts';

/** Where a module is tried: a session, and somebody who sees the host from outside. */
export interface KitWorld {
  readonly session: Session;
  /** Equal pictures: nothing that matters was changed. */
  picture(): readonly string[];
  /** Runs a command line on the host beside the session. */
  run?(commandLine: string): Promise<string>;
  close(): Promise<void>;
}

/** A place where a module can be tried: what it finds, what is asked of it, and what somebody else does meanwhile. */
export interface ModuleBed {
  readonly name: string;
  /** Lays out the sandbox, and gives the parameters as a playbook would, conditions as `Condition`. */
  lay(sandbox: string): Readonly<Record<string, unknown>>;
  /** Changes between plan and apply what the witness tells of; undefined: the module has nothing to change here. */
  disturb?(sandbox: string, world: KitWorld): unknown;
  /** False for a module that decides without the host. */
  readonly callsHost: boolean;
  /** A host of its own, for a module that needs more than a directory; opened after `lay`. */
  open?(sandbox: string): Promise<KitWorld>;
}

/** A way to a shell on this machine. */
export interface KitHost {
  readonly name: string;
  open(): Promise<Session>;
}

/** What holds for every module, tried on one bed over one kind of session. */
export function tryModule(module: Module, bed: ModuleBed, kind: KitHost): void {
  describe(`${module.name}, ${bed.name}, over ${kind.name}`, () => {
    let sandbox: ReturnType<typeof makeSandbox>;
    let world: KitWorld;
    let host: MeddledSession;
    let raw: Readonly<Record<string, unknown>>;
    let params: unknown;
    beforeEach(async () => {
      sandbox = makeSandbox();
      raw = bed.lay(sandbox.path);
      params = module.params.parse(raw);
      world = await (bed.open === undefined ? openSandbox(kind, sandbox.path) : bed.open(sandbox.path));
      host = new MeddledSession(world.session);
    });
    afterEach(async () => {
      await world?.close();
      sandbox.remove();
    });
    const picture = () => world.picture();
    const look = async () => known(await module.observe(host, params));

    it('rejects unknown keys', () => {
      expect(module.params.safeParse(raw).success).toBe(true);
      expect(module.params.safeParse({ ...raw, no_such_key: 1 }).success).toBe(false);
    });

    it('looks twice, sees the same, and leaves the host as it was', async () => {
      const before = picture();
      const [first, second] = [await look(), await look()];
      expect(module.result(second)).toEqual(module.result(first));
      expect(module.plan(second, params, new Map())).toEqual(module.plan(first, params, new Map()));
      expect(picture()).toEqual(before);
      expect(host.heard.length > 0).toBe(bed.callsHost);
    });

    it('plans the same twice, in JSON, each change with its witness', async () => {
      const state = await look();
      const plan = module.plan(state, params, new Map());
      expect(module.plan(state, params, new Map())).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect(JSON.parse(JSON.stringify(module.result(state)))).toEqual(module.result(state));
      expect(new Set(plan.map((change) => change.id)).size).toBe(plan.length);
      expect(plan.length > 0).toBe(bed.disturb !== undefined);
      for (const change of plan) expect([change.title, change.why, Object.keys(change.witness)]).not.toContain('');
    });

    it.runIf(bed.disturb !== undefined)('has nothing left to do after it was applied', async () => {
      const before = await look();
      const tried = new Map<string, Applied>();
      for (const change of module.plan(before, params, tried)) {
        const applied = await module.apply(host, change, params);
        expect(applied).toMatchObject({ kind: 'done' });
        tried.set(change.id, applied);
        expect(module.verify(await look(), change, before)).toEqual({ kind: 'as-wanted' });
        expect(module.verify(before, change, before).kind).not.toBe('as-wanted');
      }
      expect(module.plan(await look(), params, new Map())).toEqual([]);
    });

    it.runIf(bed.disturb !== undefined)('does nothing to a host that moved', async () => {
      const change = first(module.plan(await look(), params, new Map()));
      await bed.disturb?.(sandbox.path, world);
      const moved = picture();
      expect(await module.apply(host, change, params)).toMatchObject({ kind: 'stale' });
      expect(picture()).toEqual(moved);
    });

    it.runIf(bed.callsHost)('knows nothing after a stream that was cut, wherever it was cut', async () => {
      await look();
      // Nobody changes the host meanwhile: only what was not asked in the same words at the same place goes to it again.
      host.memory = host.rewind();
      for (const [place] of host.memory.entries()) {
        for (const part of [0, 0.3, 0.6, 0.99]) {
          host.meddle = (outcome, number) => (number === place + 1 ? cut(outcome, part) : outcome);
          expect(await module.observe(host, params)).toMatchObject({ kind: 'unknown' });
          host.rewind();
        }
      }
    });

    it.runIf(bed.callsHost && bed.disturb !== undefined)(
      'does not call a change done if its answer was cut',
      async () => {
        const change = first(module.plan(await look(), params, new Map()));
        host.meddle = (outcome) => cut(outcome, 0.5);
        expect(await module.apply(host, change, params)).toMatchObject({ kind: 'unknown' });
      },
    );
  });
}

async function openSandbox(kind: KitHost, path: string): Promise<KitWorld> {
  const session = await kind.open();
  return { session, picture: () => pictureOf(path), close: () => session.close() };
}

function known(seen: Observed<unknown>): unknown {
  if (seen.kind === 'unknown') throw seen.error;
  return seen.state;
}

function first(plan: readonly Change[]): Change {
  const [change] = plan;
  if (change === undefined) throw new Error('the bed is laid so that nothing has to change');
  return change;
}

/** What the session makes of an answer of which only a part arrived. */
function cut(outcome: Outcome, part: number): Outcome {
  if (outcome.kind !== 'exited') return outcome;
  const output = outcome.stdout.slice(0, Math.floor(outcome.stdout.length * part));
  const parsed = parseRecords(Buffer.from(output));
  if (parsed.whole) throw new Error('the answer was not cut');
  return { kind: 'lost', reason: parsed.problem ?? 'the answer was cut' };
}
