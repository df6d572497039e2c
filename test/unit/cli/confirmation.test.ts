import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/cli/commands/run.ts';
import { consentOf } from '../../../src/cli/confirmation.ts';
import { Given, type RawValue } from '../../../src/cli/given.ts';
import { askLine } from '../../../src/cli/prompt.ts';
import type { ConfirmRequest } from '../../../src/core/rollout.ts';
import { fakeIo } from '../../support/cli-io.ts';

const given = (...typed: readonly (readonly [string, RawValue])[]) => new Given(runCommand.options, new Map(typed), {});
const REQUEST: ConfirmRequest = {
  ...{ where: 'play "p", batch 1 of 3 (canaries)', hosts: ['cd01', 'cd02'], later: 7 },
  dangers: [
    { task: 'restart', module: 'docker_restart', risks: ['restart-docker'], hosts: ['cd01', 'cd02'], maybe: false },
    { task: 'holders', module: 'holder_propagation', risks: [], hosts: ['cd02'], maybe: true },
  ],
};
const open = new AbortController().signal;

/** What is answered, asked and shown when somebody types these lines. */
async function typing(request: ConfirmRequest, ...lines: readonly string[]) {
  const questions: string[] = [];
  const io = fakeIo({
    ask: async (question) => {
      questions.push(question);
      return lines[questions.length - 1] ?? '';
    },
  });
  const consent = consentOf(io, given());
  if (consent.kind !== 'ask') throw new Error(consent.kind);
  return { answer: await consent.ask(request, open), questions, shown: io.written.err };
}

describe('who allows a restart', () => {
  it('is --yes, whoever sits there, or nobody', () => {
    const ask = async () => '';
    expect(consentOf(fakeIo({ ask }), given(['yes', true])).kind).toBe('given');
    expect(consentOf(fakeIo({ ask }), given()).kind).toBe('ask');
    expect(consentOf(fakeIo(), given()).kind).toBe('nobody');
  });

  it('is shown where, on which hosts, what may happen, and what comes later', async () => {
    const { shown, questions } = await typing(REQUEST, 'y');
    expect(shown.trimEnd().split('\n')).toEqual([
      'play "p", batch 1 of 3 (canaries): cd[01,02]',
      '  may restart dockerd on 2 hosts: restart (docker_restart)',
      '  may stop or restart something, by what it finds there on 1 host: holders (holder_propagation)',
      '  7 hosts in later batches are asked for before each.',
    ]);
    expect(questions).toEqual(['Begin? y: this batch, a: this and all later ones, N: stop here. [y/a/N] ']);
    expect((await typing({ ...REQUEST, later: 0 }, 'y')).questions).toEqual(['Begin? [y/N] ']);
  });

  it.each([
    [['y'], 'yes'],
    [[' YES '], 'yes'],
    [['all'], 'all'],
    [['n'], 'no'],
    [[''], 'no'],
    [['sure', 'yse', 'a'], 'all'],
  ] as const)('%j means %s', async (lines, answer) => {
    const typed = await typing(REQUEST, ...lines);
    expect([typed.answer, typed.questions.length]).toEqual([answer, lines.length]);
  });
});

describe('an answer that is none', () => {
  it('is met with what the answers mean', async () => {
    expect((await typing(REQUEST, '?', 'y')).shown).toContain('a begins this and all later ones');
    const { shown } = await typing({ ...REQUEST, later: 0 }, '?', 'y');
    expect(shown).toContain('y begins; n, or Enter alone');
    expect(shown).not.toContain('later ones');
    expect((await typing(REQUEST, 'y')).shown).not.toContain('Enter alone');
  });
});

describe('a question', () => {
  const streams = () => ({ input: new PassThrough(), output: new PassThrough() });

  it('gives the line', async () => {
    const one = streams();
    const answer = askLine(one, 'Begin? ', open);
    await expect.poll(() => String(one.output.read())).toContain('Begin? ');
    one.input.write('y\n');
    expect(await answer).toBe('y');
  });

  it('ends by ^C, by the end of input, and with the run', async () => {
    const [first, second] = [streams(), streams()];
    const stop = new AbortController();
    const answers = [askLine(first, '? ', open), askLine(second, '? ', open), askLine(streams(), '? ', stop.signal)];
    const ended = Promise.allSettled(answers);
    first.input.write('\u0003');
    second.input.end();
    stop.abort();
    for (const each of await ended)
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'E_INTERRUPTED' } });
    await expect(askLine(streams(), '? ', stop.signal)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });
});
