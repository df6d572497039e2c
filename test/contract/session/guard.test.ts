import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { inTime } from '../../../src/core/clock.ts';
import { commandOf, groupMembers, isGoneWithin, killGroup } from '../../support/process-groups.ts';
import { requireShell, SHELLS } from '../../support/shell-links.ts';

const PROLOGUE = readFileSync(new URL('../../../src/connection/prologue.sh', import.meta.url), 'utf8');
/** As on a kernel that keeps no lists of children. */
const WITHOUT_LISTS = PROLOGUE.replaceAll('/children"', '/no-such-list"');

/** A shell in a process group of its own that has read the prologue, and what it says. */
class GuardedShell {
  readonly #child: ChildProcess;
  readonly #said = { stdout: '', stderr: '' };

  constructor(shell: string, prologue: string) {
    const [file = '', ...args] = shell.split(' ');
    this.#child = spawn(file, args, { detached: true, cwd: '/' });
    for (const stream of ['stdout', 'stderr'] as const)
      this.#child[stream]?.on('data', (data: Buffer) => {
        this.#said[stream] += data;
      });
    this.say(`${prologue}\nunbusy_facts opened closed </dev/null`);
  }

  get group(): number {
    return this.#child.pid ?? 0;
  }

  say(text: string): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** Resolves when the facts are there. */
  async opened(): Promise<void> {
    for (let tries = 0; !this.#said.stdout.includes('closed 0'); tries++, await sleep(1))
      if (tries > 5_000) throw new Error(`no facts came: ${this.#said.stderr}`);
  }

  /** The naps under way. */
  naps(): number[] {
    return groupMembers(this.group).filter((pid) => commandOf(pid).endsWith('sleep 3'));
  }

  /** Resolves when one nap is under way, and gives its pid. */
  async nap(other?: number): Promise<number> {
    for (let tries = 0; tries < 100; tries++, await sleep(20)) {
      const [only, ...more] = this.naps();
      if (only !== undefined && only !== other && more.length === 0) return only;
    }
    throw new Error(`there are ${this.naps().length} naps`);
  }

  /** Closes its stdin; what it has said after the frame of its facts, when it has ended. */
  async end(): Promise<{ stdout: string | undefined; stderr: string }> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin?.end();
    await closed;
    return { stdout: this.#said.stdout.split('closed 0\n')[1], stderr: this.#said.stderr };
  }
}

/** Works with a shell that a guard watches; whatever comes of it, nothing of the shell stays. */
async function watched(command: string, prologue: string, work: (shell: GuardedShell) => Promise<void>): Promise<void> {
  const shell = new GuardedShell(command, prologue);
  try {
    shell.say('unbusy_watch 60');
    await work(shell);
    expect(await isGoneWithin(shell.group, 1_500)).toBe(true);
  } finally {
    killGroup(shell.group);
  }
}

describe.concurrent.each(Object.entries(SHELLS))('the guard under %s', (_, command) => {
  requireShell(command);

  describe.each([
    ['with lists of children', PROLOGUE],
    ['without', WITHOUT_LISTS],
  ])('%s', (_case, prologue) => {
    test('ends at once with its shell, its nap too, and says nothing', () =>
      watched(command, prologue, async (shell) => {
        await shell.nap();
        shell.say('echo out; echo err >&2');
        expect(await shell.end()).toEqual({ stdout: 'out\n', stderr: 'err\n' });
      }));

    test('gives what runs time to clean up when its own time is over', () =>
      watched(command, prologue, async (shell) => {
        await shell.nap();
        shell.say('unbusy_watch 1');
        shell.say(`sh -c 'trap "sleep 1; echo cleaned; exit" TERM; echo runs; while :; do sleep 0.1; done'`);
        expect((await shell.end()).stdout).toBe('runs\ncleaned\n');
      }));

    test('makes room for the next one', () =>
      watched(command, prologue, async (shell) => {
        const first = await shell.nap();
        shell.say('unbusy_watch 70');
        await shell.nap(first);
        // A call, in which a shell would report the end of a child.
        shell.say('( : ) </dev/null; wait_a_bit() { sleep 0.2; }; wait_a_bit');
        expect(await shell.end()).toEqual({ stdout: '', stderr: '' });
      }));
  });

  test('ends with its shell at any moment, also while it begins to nap', async () => {
    // The guard and its nap are born in the first milliseconds.
    for (let n = 0; n < 40; n++) {
      await watched(command, PROLOGUE, async (shell) => {
        await shell.opened();
        if (n % 4 > 0) await sleep(n % 4);
        expect(await inTime(shell.end(), 2_500)).not.toBe('late');
      });
    }
  });

  test('goes on from nap to nap', () =>
    watched(command, PROLOGUE, async (shell) => {
      const first = await shell.nap();
      await sleep(2_900);
      await shell.nap(first);
      await shell.end();
    }));
});
