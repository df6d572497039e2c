import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScheduleFacts, scheduleFacts } from '../../../src/programs/schedule-facts.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { laySchedule, pictureOfSchedule, underSchedule } from '../../support/schedule-world.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

const readOr = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');
const childOf = (pid: number | undefined) => readOr(`/proc/${pid}/task/${pid}/children`).split(' ')[0];
const commOf = (pid: number | string | undefined) => readOr(`/proc/${pid}/comm`);

describe.runIf(CAN_UNSHARE).each(shellKinds())('what can start a schedule, told under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  let host: ShellHost;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    sandbox = makeSandbox();
    host = new ShellHost(underSchedule(shell, sandbox.path));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    sandbox.remove();
  });
  const path = (name: string) => join(sandbox.path, name);

  async function look(calendar?: string): Promise<ScheduleFacts> {
    const seen = await scheduleFacts(host, calendar);
    if (!seen.ok) throw seen.error;
    return seen.facts;
  }

  /** A process of that name, under what is given before it. */
  async function start(name: string, ...before: readonly string[]): Promise<void> {
    copyFileSync('/bin/sleep', path(name));
    chmodSync(path(name), 0o755);
    const [file = '', ...args] = [...before, path(name), '1000'];
    const child = spawn(file, args, { stdio: 'ignore' });
    children.push(child);
    const pid = () => (before.length === 0 ? child.pid : childOf(child.pid));
    while (commOf(pid()) !== name) await sleep(10);
  }

  it('reads the machine id, the version of systemd and the directory of cron, and changes nothing', async () => {
    laySchedule(sandbox.path, { systemd: '252.39-1~deb12u1' });
    const before = pictureOfSchedule(sandbox.path);
    expect(await look()).toMatchObject({
      machine: '0123456789abcdef0123456789abcdef',
      systemd: 252,
      calendar: { kind: 'not-asked' },
      cronDirectory: true,
    });
    expect(pictureOfSchedule(sandbox.path)).toEqual(before);
    writeFileSync(path('version'), '256~rc3');
    expect((await look()).systemd).toBe(256);
  });

  it('knows nothing of what is not there', async () => {
    laySchedule(sandbox.path, { cronDirectory: false });
    rmSync(path('etc/machine-id'));
    expect(await look()).toMatchObject({ machine: undefined, systemd: undefined, cronDirectory: false });
  });

  it('lets systemd judge a calendar, if its analyzer knows what that is', async () => {
    laySchedule(sandbox.path, { systemd: '252' });
    expect((await look('daily')).calendar).toEqual({ kind: 'good' });
    expect((await look('some nonsense')).calendar).toEqual({
      kind: 'bad',
      said: "Failed to parse calendar specification 'some nonsense': Invalid argument",
    });
    rmSync(path('analyzes'));
    expect((await look('some nonsense')).calendar).toEqual({ kind: 'unchecked' });
  });

  it('sees the cron daemons of the host, not those of containers', async () => {
    laySchedule(sandbox.path);
    const before = (await look()).cronDaemons.length;
    await start('cron', 'unshare', ...(process.getuid?.() === 0 ? [] : ['-Ur']), '--pid', '--fork', '--kill-child');
    expect((await look()).cronDaemons).toHaveLength(before);
    await start('crond');
    expect((await look()).cronDaemons).toHaveLength(before + 1);
  });
});
