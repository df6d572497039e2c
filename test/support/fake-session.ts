import type { Call, HostFacts, Outcome, ProgramRecord, Session } from '../../src/connection/session.ts';

/** What a fake host answers to a program. */
export type FakeProgram = (args: readonly string[], call: Call) => Outcome | Promise<Outcome>;

/** The answer of a program that ended by itself. Records are written as `['kind', 'field', …]`. */
export function exited(records: readonly (readonly string[])[] = [], code = 0, stderr = ''): Outcome {
  return { kind: 'exited', code, records: records.map(toRecord), stdout: '', stderr };
}

/** The answer of a raw call. */
export function printed(stdout: string, code = 0, stderr = ''): Outcome {
  return { kind: 'exited', code, records: [], stdout, stderr };
}

const FACTS: HostFacts = {
  os: 'Linux',
  kernel: '5.10.0',
  nodename: 'fake',
  uid: 0,
  processGroup: 4242,
  startTime: '1000',
  procVisible: true,
  bootId: '00000000-0000-4000-8000-000000000000',
};

/** A host that knows the programs it was given and rejects a call of any other; `calls` is what it was asked, in order. */
export class FakeSession implements Session {
  readonly host: string;
  readonly transport = 'fake';
  readonly facts: HostFacts;
  readonly calls: Call[] = [];
  readonly #programs: Readonly<Record<string, FakeProgram>>;
  #over: string | undefined;

  constructor(programs: Readonly<Record<string, FakeProgram>>, facts: Partial<HostFacts> = {}, host = 'fake') {
    this.host = host;
    this.facts = { ...FACTS, ...facts };
    this.#programs = programs;
  }

  async call(call: Call): Promise<Outcome> {
    this.calls.push(call);
    if (this.#over !== undefined) return { kind: 'lost', reason: this.#over };
    const program = Object.hasOwn(this.#programs, call.program.name) ? this.#programs[call.program.name] : undefined;
    if (program === undefined) throw new Error(`the fake host ${this.host} does not know ${call.program.name}`);
    const outcome = await program(call.args, call);
    if (outcome.kind === 'timed-out') this.#over = 'an earlier program did not end';
    if (outcome.kind === 'lost') this.#over = outcome.reason;
    return outcome;
  }

  async cancel(reason: string): Promise<{ gone: boolean }> {
    this.#over ??= reason;
    return { gone: true };
  }

  async close(): Promise<void> {
    this.#over ??= 'the session is closed';
  }
}

function toRecord([kind = '', ...fields]: readonly string[]): ProgramRecord {
  return { kind, fields };
}
