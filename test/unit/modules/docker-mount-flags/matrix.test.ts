import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { conflictsWith, decide } from '../../../../src/modules/docker-mount-flags/decide.ts';
import { MATRIX, type MatrixFacts } from '../../../../src/modules/docker-mount-flags/matrix.ts';

interface Given {
  readonly kernel: 'K0' | 'K1' | 'K2' | 'unknown';
  readonly knob?: number;
  readonly version: string;
  readonly containerd: MatrixFacts['containerd'];
  readonly live_restore: boolean | 'unknown';
  readonly flags: MatrixFacts['flags'];
  readonly private_mounts?: boolean;
  readonly others?: readonly string[];
  readonly users: readonly string[] | 'unknown';
}

interface Case {
  readonly name: string;
  readonly given: Partial<Given>;
  readonly then: {
    readonly row?: string;
    readonly wants?: string;
    readonly because?: string;
    readonly advice?: string;
    readonly undecided?: string;
    readonly missing?: readonly string[];
  };
  readonly refused?: readonly string[];
}

const FILE = resolve(import.meta.dirname, '../../../fixtures/mount-flags/matrix.yml');
const { usual, cases } = parse(readFileSync(FILE, 'utf8')) as {
  readonly usual: Given;
  readonly cases: readonly Case[];
};

function factsOf(given: Partial<Given>): MatrixFacts {
  const all = { ...usual, ...given };
  const { kernel, knob } = all;
  const busy = kernel === 'K0' || (kernel === 'K1' && knob === 0);
  return {
    kernel: kernel === 'unknown' ? undefined : { class: kernel, busy, ...(knob === undefined ? {} : { knob }) },
    version: all.version,
    containerd: all.containerd,
    liveRestore: all.live_restore === 'unknown' ? undefined : all.live_restore,
    flags: all.flags,
    privateMounts: all.private_mounts ?? false,
    otherSettings: all.others ?? [],
    sharedUsers: all.users === 'unknown' ? undefined : all.users,
  };
}

describe('the decision matrix', () => {
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, { given, then, refused = [] }) => {
    const facts = factsOf(given);
    const decision = decide(facts);
    if (then.undecided !== undefined) {
      expect(decision).toEqual({ kind: 'undecided', row: then.undecided, missing: then.missing });
    } else {
      expect(decision).toMatchObject({ kind: 'decided', row: then.row, wants: then.wants });
      expect(decision.kind === 'decided' && decision.why).toContain(then.because);
      expect(decision.kind === 'decided' && decision.advice).toContain(then.advice ?? '');
    }
    const wishes = (['slave', 'shared', 'private', 'unset'] as const).filter(
      (want) => conflictsWith(want, facts).length > 0,
    );
    expect(wishes).toEqual(refused);
  });

  it('has a case for each row, and a reason, an advice, a risk and a source in each', () => {
    const decided = new Set(cases.map(({ then }) => then.row));
    expect(MATRIX.map(({ name }) => name).filter((name) => !decided.has(name))).toEqual([]);
    const facts = factsOf({ flags: 'slave', users: ['kubelet'] });
    for (const row of MATRIX) {
      expect([row.why(facts), row.advice(facts), row.risk, row.source].filter((text) => text === '')).toEqual([]);
    }
    // Negative control: the cases do not all come to one row.
    expect(decided.size).toBeGreaterThan(10);
  });

  it('never sets what it would refuse as a wish, and what it sets it keeps', () => {
    const kernels = [{ kernel: 'K0' }, { kernel: 'K1', knob: 0 }, { kernel: 'K1', knob: 1 }, { kernel: 'K2' }] as const;
    let changes = 0;
    for (const kernel of kernels)
      for (const version of ['1.9.1', '1.13.1', '17.12.1-ce', '18.06.3-ce', '20.10.24'])
        for (const containerd of ['own-service', 'child', 'none'] as const)
          for (const live_restore of [true, false])
            for (const flags of ['unset', 'slave', 'shared', 'private'] as const)
              for (const users of [[], ['kubelet']]) {
                const given = { ...kernel, version, containerd, live_restore, flags, users };
                const first = decide(factsOf(given));
                if (first.kind !== 'decided') throw new Error(`${JSON.stringify(given)} is not decided`);
                if (first.wants === 'keep') continue;
                changes++;
                expect([given, conflictsWith(first.wants, factsOf(given))]).toEqual([given, []]);
                const second = decide(factsOf({ ...given, flags: first.wants }));
                expect([given, second]).toMatchObject([given, { wants: 'keep' }]);
              }
    expect(changes).toBeGreaterThan(100);
  });
});
