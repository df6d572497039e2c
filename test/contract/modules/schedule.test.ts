import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/core/results.ts';
import { scheduleModule } from '../../../src/modules/schedule/index.ts';
import type { ScheduleState } from '../../../src/modules/schedule/observe.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { askedOf, laySchedule, type ScheduleWorld, smallHook, underSchedule } from '../../support/schedule-world.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

const SERVICE = 'etc/systemd/system/unbusy-sweep.service';
const TIMER = 'etc/systemd/system/unbusy-sweep.timer';
const CRON = 'etc/cron.d/unbusy-sweep';

describe.runIf(CAN_UNSHARE).each(shellKinds())('a schedule under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  let host: ShellHost;
  const path = (name: string) => join(sandbox.path, name);
  const text = (name: string) => readFileSync(path(name), 'utf8');
  const lay = (world: ScheduleWorld = { systemd: '252.39-1~deb12u1' }) => laySchedule(sandbox.path, world);
  beforeEach(() => {
    sandbox = makeSandbox();
    host = new ShellHost(underSchedule(shell, sandbox.path));
  });
  afterEach(() => sandbox.remove());

  const paramsOf = (more: object = {}) =>
    scheduleModule.params.parse({
      ...{ name: 'sweep', playbook: smallHook(), every: '1h', directory: path('hooks') },
      metrics: path('metrics/unbusy.prom'),
      ...more,
    });

  async function look(more: object = {}): Promise<ScheduleState> {
    const seen = await scheduleModule.observe(host, paramsOf(more));
    if (seen.kind === 'unknown') throw seen.error;
    return seen.state;
  }

  /** Brings the host to what is wanted, each step seen to be done, and gives the titles of the steps. */
  async function run(more: object = {}): Promise<readonly string[]> {
    const params = paramsOf(more);
    const before = await look(more);
    expect(scheduleModule.refusals?.(before, params, new Map())).toEqual([]);
    const plan = scheduleModule.plan(before, params, new Map());
    for (const change of plan) expect(await scheduleModule.apply(host, change, params)).toMatchObject({ kind: 'done' });
    const after = await look(more);
    for (const change of plan)
      expect(scheduleModule.verify(after, change, before), change.title).toEqual({ kind: 'as-wanted' });
    expect(scheduleModule.plan(after, params, new Map())).toEqual([]);
    return plan.map(({ title }) => title.replaceAll(sandbox.path, ''));
  }

  async function refused(more: object = {}): Promise<readonly Refusal[]> {
    const state = await look(more);
    expect(scheduleModule.plan(state, paramsOf(more), new Map())).toEqual([]);
    return scheduleModule.refusals?.(state, paramsOf(more), new Map()) ?? [];
  }

  it('is a timer with a delay that stays the same, and a service without a namespace of its own', async () => {
    lay();
    await run({ splay: '5m' });
    expect(text(TIMER)).toMatch(
      /^OnCalendar=\*-\*-\* \*:00:00\nPersistent=true\nAccuracySec=1s\nRandomizedDelaySec=300\nFixedRandomDelay=true$/m,
    );
    expect(text(SERVICE)).toContain(
      `ExecStart=${path('hooks/sweep.sh')} --strict --budget 300 --period 3600 --metrics ${path('metrics/unbusy.prom')}\nTimeoutStartSec=360\n`,
    );
    expect(text(SERVICE).replaceAll(/^#.*$/gm, '')).not.toMatch(/Private|Protect|MountFlags|ReadOnly/);
    expect(text('hooks/sweep.sh')).toBe(smallHook().text);
    expect(await look()).toMatchObject({ timer: { unitFileState: 'enabled', activeState: 'active' } });
  });

  it('waits by itself where systemd is too old for a fixed delay, always as long, and another time on other hosts', async () => {
    lay({ systemd: '219', analyzes: false });
    await run({ splay: '10m', calendar: 'daily', every: undefined });
    expect(text(TIMER)).not.toContain('Delay');
    const [, delay = ''] = /^ExecStartPre=\/bin\/sleep (\d+)$/m.exec(text(SERVICE)) ?? [];
    expect(Number(delay)).toBeGreaterThan(0);
    expect(text(SERVICE)).toContain(`TimeoutStartSec=${Number(delay) + 360}\n`);
    writeFileSync(path('etc/machine-id'), 'ffffffffffffffffffffffffffffffff\n');
    await run({ splay: '10m', calendar: 'daily', every: undefined });
    expect(text(SERVICE)).not.toContain(`sleep ${delay}\n`);
  });

  it('takes back all that it made, with its metrics and the time of its last start, and nothing else', async () => {
    lay();
    await run();
    writeFileSync(path('metrics/unbusy.prom'), '# HELP unbusy_info x\n');
    writeFileSync(path('metrics/other.prom'), 'node_x 1\n');
    writeFileSync(path('lib/systemd/timers/stamp-unbusy-sweep.timer'), '');
    writeFileSync(path('etc/cron.d/theirs'), '');
    expect(await run({ state: 'absent', metrics: undefined })).toEqual(
      [
        'stop unbusy-sweep.timer',
        'disable unbusy-sweep.timer',
        'remove /etc/systemd/system/unbusy-sweep.timer',
        'remove /etc/systemd/system/unbusy-sweep.service',
        'remove /hooks/sweep.sh',
        'remove /metrics/unbusy.prom',
      ].map((title) => title),
    );
    expect([readdirSync(path('metrics')), readdirSync(path('etc/cron.d'))]).toEqual([['other.prom'], ['theirs']]);
    expect([readdirSync(path('lib/systemd/timers')), existsSync(path('hooks'))]).toEqual([[], false]);
  });

  it('is a line of cron where systemd does not run the host, and says that nobody reads it', async () => {
    lay({});
    await run({ splay: '5m' });
    const body = text(CRON)
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    expect(body).toEqual([
      'SHELL=/bin/sh',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      expect.stringMatching(
        /^0 \* \* \* \* root sleep [1-9]\d*; exec nice -n 10 \S+\/hooks\/sweep\.sh --strict --quiet --budget 300 --period 3600 --metrics \S+$/,
      ),
      '',
    ]);
    expect(body.join()).not.toContain('%');
    const seen = await scheduleModule.observe(host, paramsOf({ splay: '5m' }));
    expect(seen).toMatchObject({ gaps: [{ why: expect.stringMatching(/^no cron daemon .* nothing will start it$/) }] });
    expect(await run({ state: 'absent' })).toEqual(['remove /etc/cron.d/unbusy-sweep', 'remove /hooks/sweep.sh']);
  });

  // What is left is decided by the module itself, whatever the shell.
  if (shell !== shellKinds()[0]) return;

  it('is armed anew when its times change, and only then', async () => {
    lay();
    await run();
    const restarts = () => askedOf(sandbox.path).filter((line) => /^restart|restart --/.test(line)).length;
    expect(restarts()).toBe(0);
    expect(await run({ playbook: smallHook('echo other\n') })).toEqual(['write /hooks/sweep.sh']);
    expect(restarts()).toBe(0);
    expect(await run({ every: '6h', playbook: smallHook('echo other\n') })).toEqual([
      'write /etc/systemd/system/unbusy-sweep.service',
      'write /etc/systemd/system/unbusy-sweep.timer',
    ]);
    expect(restarts()).toBe(1);
  });

  it('is read again where somebody wrote the same file, and started where somebody stopped it', async () => {
    lay();
    await run();
    writeFileSync(path('sd/unbusy-sweep.timer.loaded'), 'what was before\n');
    expect(await run()).toEqual(['let systemd read unbusy-sweep.timer again']);
    writeFileSync(path('never'), '');
    const state = await look();
    const [change, ...more] = scheduleModule.plan(state, paramsOf(), new Map());
    expect([change?.title, change?.why, more]).toEqual(['start unbusy-sweep.timer', 'it has no next time', []]);
    if (change !== undefined) expect(scheduleModule.verify(state, change, state).kind).toBe('not-yet');
  });

  it('leaves a file of metrics that is none of ours, and the directory while another hook is in it', async () => {
    lay();
    await run();
    await run({ name: 'other', metrics: '' });
    writeFileSync(path('metrics/unbusy.prom'), 'node_x 1\n');
    await run({ state: 'absent' });
    expect([readdirSync(path('metrics')), readdirSync(path('hooks'))]).toEqual([['unbusy.prom'], ['other.sh']]);
  });

  it('does not lose what somebody edited, or did not get from us, unless it is forced to', async () => {
    lay();
    await run();
    writeFileSync(path(SERVICE), text(SERVICE).replace('Nice=10', 'Nice=0'));
    for (const more of [{}, { every: '6h' }, { state: 'absent' }]) {
      const [refusal, ...others] = await refused(more);
      expect([refusal?.why, others]).toEqual(['was edited since unbusy wrote it', []]);
      expect(refusal?.diff).toContain('-Nice=0');
    }
    expect(await run({ force: true })).toEqual(['write /etc/systemd/system/unbusy-sweep.service']);
    writeFileSync(path('hooks/sweep.sh'), '#!/bin/sh\n');
    expect(await refused()).toMatchObject([{ why: 'is there, and unbusy did not write it' }]);
    expect(await run({ force: true })).toEqual(['write /hooks/sweep.sh']);
  });

  it('refuses links, directories that others may write, and a place for metrics that is not there', async () => {
    lay();
    mkdirSync(path('hooks'));
    chmodSync(path('hooks'), 0o777);
    symlinkSync('/dev/null', path(TIMER));
    expect((await refused({ metrics: path('none/unbusy.prom') })).map(({ why }) => why)).toEqual([
      expect.stringMatching(/^others than root may change what lies in it/),
      'does not exist',
      'is a symbolic link',
    ]);
    expect((await refused({ force: true })).map(({ why }) => why)).toContain('is a symbolic link');
  });

  it('refuses times that the host does not understand, in its words, before anything is written', async () => {
    lay();
    const nonsense = { every: undefined, calendar: 'Sat 1:00 nonsense' };
    expect(await refused(nonsense)).toEqual([
      {
        what: 'schedule sweep',
        why: `systemd here does not understand "Sat 1:00 nonsense": Failed to parse calendar specification 'Sat 1:00 nonsense': Invalid argument`,
        hint: 'Try it there: systemd-analyze calendar.',
      },
    ]);
    expect(readdirSync(path('etc/systemd/system'))).toEqual([]);
  });

  it('refuses a masked timer, and a service that a drop-in gives a namespace', async () => {
    lay();
    await run();
    const facts = `X-Facts=DropInPaths=/etc/systemd/system/service.d/a.conf\nX-Facts=PrivateTmp=yes\n`;
    writeFileSync(path('sd/unbusy-sweep.service.loaded'), text(SERVICE) + facts);
    expect(await refused()).toMatchObject([
      { why: expect.stringMatching(/^PrivateTmp of a drop-in gives it a mount namespace/) },
    ]);
    writeFileSync(path('sd/unbusy-sweep.service.loaded'), text(SERVICE));
    writeFileSync(path('sd/unbusy-sweep.timer.loaded'), '# masked\n');
    expect(await refused()).toMatchObject([{ why: 'is masked, so nobody can start it' }]);
  });

  it('refuses what cannot start it: systemd that is not there, a cron without its directory, times of the other kind', async () => {
    lay({ cronDirectory: false });
    expect(await refused()).toMatchObject([{ why: 'neither systemd runs this host nor is there /etc/cron.d' }]);
    expect(await refused({ by: 'systemd' })).toMatchObject([{ why: 'systemd does not run this host' }]);
    mkdirSync(path('etc/cron.d'));
    const calendar = { every: undefined, calendar: 'daily' };
    expect(await refused(calendar)).toMatchObject([
      { why: 'cron is to start it, and only systemd can read `calendar`' },
    ]);
    await run({ ...calendar, cron: '0 3 * * *' });
    expect(text(CRON)).toMatch(/^0 3 \* \* \* root /m);
  });
});
