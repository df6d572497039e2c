import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleInto } from '../../support/bundle.ts';
import { readExposition } from '../../support/exposition-reader.ts';

let folder: string;
let bundle: string;
let at: (name: string) => string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-cron-'));
  bundle = await bundleInto(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  const work = mkdtempSync(join(folder, 'work-'));
  at = (name) => join(work, name);
  writePlaybook();
});

/** A host fails while a file `spoil-HOST` is there, hangs while `hold-HOST` is, and is given a file if it lacks it. */
function writePlaybook(): void {
  const shell = `while [ -e ${at('hold')}-{{ host }} ]; do sleep 0.1; done; test ! -e ${at('spoil')}-{{ host }}`;
  const task = (name: string, words: string) => `    - { name: ${name}, command: { ${words} } }\n`;
  const look = task('look', `shell: "${shell}", changed_when: "false"`);
  const mark = task('mark', `argv: [/bin/touch, "${at('mark')}-{{ host }}"], creates: "${at('mark')}-{{ host }}"`);
  writeFileSync(at('p.yml'), `- hosts: all\n  tasks:\n${look}${mark}`);
}

const HOSTS = ['-i', 'a,b,c,', '--transport', 'local'];

interface Started {
  readonly child: ChildProcess;
  /** What it wrote to both streams, which is what cron would mail. */
  readonly mail: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly mail: string }>;
}

/** As cron(8) starts a job: hardly any environment, /bin/sh, no terminal, a session of its own. */
function start(args: readonly string[], { file = 'p.yml', hosts = HOSTS } = {}): Started {
  const words = [process.execPath, bundle, 'run', at(file), ...hosts, '--cron', ...args];
  const line = `exec ${words.map((word) => `'${word}'`).join(' ')}`;
  const env = { HOME: at('home'), PATH: '/usr/bin:/bin', SHELL: '/bin/sh', LOGNAME: 'root' };
  const child = spawn('/bin/sh', ['-c', line], { cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let mail = '';
  const hear = (chunk: Buffer) => {
    mail += chunk.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<{ code: number | null; mail: string }>((done) =>
    child.once('close', (code) => done({ code, mail })),
  );
  return { child, mail: () => mail, ended };
}

const cron = (...args: readonly string[]) => start(args).ended;
const lines = (mail: string) => mail.trimEnd().split('\n');
const runs = () => readdirSync(at('home/.local/state/unbusy/runs'));
const schedules = () => readdirSync(at('home/.local/state/unbusy/runs/schedules'));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 20));
}

/** A run that hangs on b, with its lock taken. */
async function hanging(...args: readonly string[]): Promise<Started> {
  writeFileSync(at('hold-b'), '');
  const started = start(args);
  await until(() => existsSync(at('mark-a')) && existsSync(at('mark-c')));
  return started;
}

const metrics = () => {
  const series = readExposition(readFileSync(at('x.prom'), 'utf8'));
  return (name: string, state?: string) =>
    series.find((each) => each.name === name && each.labels.state === state)?.value;
};

describe('a job of cron', () => {
  it('tells what it did once, then nothing, then what is new, nothing, and what is gone', async () => {
    const first = await cron();
    expect([first.code, lines(first.mail)[0]]).toEqual([0, 'p.yml: new 0, gone 0, still 0, done 3']);
    expect(first.mail).toContain('  did    a,b,c  run /bin/touch');
    expect(await cron()).toEqual({ code: 0, mail: '' });
    writeFileSync(at('spoil-a'), '');
    writeFileSync(at('spoil-c'), '');
    const bad = await cron();
    expect([bad.code, lines(bad.mail)[0], lines(bad.mail).at(-1)]).toEqual([
      ...[5, 'p.yml: new 2, gone 0, still 0', 'exit 5: some host failed'],
    ]);
    expect(bad.mail).toMatch(/ {2}new {4}a,c {2}failed in "look": E_COMMAND .* \(and 1 alike\)\n/);
    expect(await cron()).toEqual({ code: 5, mail: '' });
    rmSync(at('spoil-a'));
    const better = await cron();
    expect([better.code, lines(better.mail)[0]]).toEqual([5, 'p.yml: new 0, gone 1, still 1']);
    expect(better.mail).toMatch(/ {2}gone {3}a {2}failed in "look"/);
    // No colours, and no more than a screen.
    for (const { mail } of [first, bad, better]) expect(mail).not.toContain('\u001b');
    for (const { mail } of [first, bad, better]) expect(lines(mail).length).toBeLessThanOrEqual(10);
  });

  it('says at each run, or for troubles alone, what it is asked for', async () => {
    await cron();
    expect((await cron('--notify-on', 'always')).mail).toMatch(/^p\.yml: new 0, gone 0, still 0\n/);
    expect(await cron('--notify-on', 'problem')).toEqual({ code: 0, mail: '' });
    writeFileSync(at('spoil-a'), '');
    expect(await cron('--notify-on', 'recovered')).toEqual({ code: 5, mail: '' });
    expect((await cron('--notify-on', 'problem')).mail).toMatch(/ {2}still {2}a {2}failed/);
    rmSync(at('spoil-a'));
    expect((await cron('--notify-on', 'recovered')).mail).toMatch(/ {2}gone {3}a {2}failed/);
  });

  it('tells everything, and why, where the memory of the last run is damaged', async () => {
    writeFileSync(at('spoil-a'), '');
    await cron();
    const memory = schedules().find((name) => name.endsWith('.json')) ?? '';
    writeFileSync(at(`home/.local/state/unbusy/runs/schedules/${memory}`), '{"schema":');
    const { code, mail } = await cron();
    expect([code, lines(mail)[0]]).toEqual([5, 'p.yml: now 1']);
    expect(mail).toContain('what the last run saw is not known');
    expect(await cron()).toEqual({ code: 5, mail: '' });
  });

  it('takes an empty inventory, a playbook that cannot be read and a missing key for findings, each told once', async () => {
    await cron();
    const empty = { hosts: ['-i', ' , ', '--transport', 'local'] };
    const none = await start([], empty).ended;
    expect([none.code, none.mail]).toEqual([8, expect.stringContaining('new    E_NO_MATCH: ')]);
    expect(await start([], empty).ended).toEqual({ code: 8, mail: '' });
    const noKey = { hosts: ['-i', 'h1,', '--private-key', at('nowhere')] };
    const key = await start([], noKey).ended;
    expect([key.code, key.mail]).toEqual([2, expect.stringContaining('E_KEY_FILE')]);
    expect(await start([], noKey).ended).toEqual({ code: 2, mail: '' });
    writeFileSync(at('p.yml'), '- hosts: all\n  tsks: []\n');
    const broken = await cron();
    expect([broken.code, broken.mail]).toEqual([2, expect.stringMatching(/p\.yml:2:3: (.|\n)*did you mean "?tasks/i)]);
    expect(await cron()).toEqual({ code: 2, mail: '' });
    writePlaybook();
    expect((await cron()).mail).toMatch(/^p\.yml: new 0, gone 1, still 0\n/);
  });

  it('asks nobody: what must be confirmed is refused with 6, and -K is a mistake', async () => {
    const task = 'dead_containers: { release: [unmount, restart_holder] }';
    writeFileSync(at('risky.yml'), `- hosts: all\n  tasks:\n    - { name: sweep, ${task} }\n`);
    const risky = await start([], { file: 'risky.yml' }).ended;
    expect([risky.code, risky.mail]).toEqual([6, expect.stringContaining('E_CONFIRM')]);
    const asks = await cron('-K');
    expect([asks.code, asks.mail]).toEqual([2, expect.stringContaining('UNBUSY_BECOME_PASSWORD')]);
    expect((await cron('--json')).code).toBe(2);
  });

  it('does not run without a place for its lock', async () => {
    mkdirSync(at('home/.local/state/unbusy/runs'), { recursive: true });
    writeFileSync(at('home/.local/state/unbusy/runs/schedules'), '');
    const { code, mail } = await cron();
    expect([code, mail]).toEqual([2, expect.stringContaining('--cron cannot keep its lock in ')]);
    expect(existsSync(at('mark-a'))).toBe(false);
  });

  it('says with -v how late its splay is, and a signal meanwhile leaves all as it was', async () => {
    const started = start(['--splay', '1d', '-v', '--metrics', at('x.prom')]);
    await until(() => started.mail().includes('--splay'));
    expect(started.mail()).toMatch(/^begins in \d+[hm]\d\d[ms]? /);
    started.child.kill('SIGTERM');
    const { code, mail } = await started.ended;
    expect([code, mail]).toEqual([143, expect.stringContaining('no host was touched')]);
    expect([existsSync(at('mark-a')), existsSync(at('x.prom'))]).toEqual([false, false]);
  });
});

describe('two jobs at once', () => {
  it('end the second with 7, naming the first, whose metrics stay as they are', async () => {
    const first = await hanging();
    writeFileSync(at('x.prom'), '# mine\n');
    const { code, mail } = await cron('--metrics', at('x.prom'));
    expect(code).toBe(7);
    expect(mail).toMatch(
      new RegExp(`^E_LOCK: process ${first.child.pid} on \\S+, since 20\\S+ \\(unbusy run .* --cron\\),`),
    );
    expect(readFileSync(at('x.prom'), 'utf8')).toBe('# mine\n');
    expect((await start([], { hosts: ['-i', 'a,', '--transport', 'local'] }).ended).code).toBe(0);
    rmSync(at('hold-b'));
    expect((await first.ended).code).toBe(0);
    expect(schedules().filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it('let the second wait quietly if it may, and no longer', async () => {
    const first = await hanging();
    const late = await cron('--lock-wait', '1s');
    expect([late.code, late.mail]).toEqual([7, expect.stringContaining('also after 1.0s')]);
    const waiting = start(['--lock-wait', '10m']);
    rmSync(at('hold-b'));
    expect((await first.ended).code).toBe(0);
    expect(await waiting.ended).toEqual({ code: 0, mail: '' });
  });

  it('are not held up by one that was killed', async () => {
    const first = await hanging();
    first.child.kill('SIGKILL');
    await first.ended;
    rmSync(at('hold-b'));
    expect((await cron()).code).toBe(0);
  });
});

describe('metrics', () => {
  it('are written at the end, whole, for everybody to read, and only for names that are read', async () => {
    expect((await cron('--metrics', at('x.prom'))).code).toBe(0);
    expect(metrics()('unbusy_hosts', 'changed')).toBe(3);
    expect(metrics()('unbusy_last_success_timestamp_seconds')).toBe(metrics()('unbusy_last_run_timestamp_seconds'));
    expect(readdirSync(at('')).filter((name) => name.startsWith('x.prom'))).toEqual(['x.prom']);
    for (const wrong of ['x.txt', 'none/x.prom']) {
      const { code, mail } = await cron('--metrics', at(wrong));
      expect([code, mail]).toEqual([2, expect.stringContaining('--metrics')]);
    }
  });

  it('replace no file that holds metrics of others, no link and no pipe, and then no host is touched', async () => {
    writeFileSync(at('apt.prom'), '# HELP apt_upgrades Pending.\napt_upgrades 3\n');
    symlinkSync(at('apt.prom'), at('link.prom'));
    spawnSync('mkfifo', [at('pipe.prom')]);
    for (const [name, why] of [
      ['apt.prom', 'it holds what unbusy did not write'],
      ['link.prom', 'it is there, and is no regular file'],
      ['pipe.prom', 'it is there, and is no regular file'],
    ] as const)
      expect(await cron('--metrics', at(name))).toMatchObject({ code: 2, mail: expect.stringContaining(why) });
    expect(readFileSync(at('apt.prom'), 'utf8')).toContain('apt_upgrades 3\n');
    expect(existsSync(at('mark-a'))).toBe(false);
  });

  it('are written also by a signal and by the deadline, with what was left', async () => {
    const stopped = await hanging('--metrics', at('x.prom'));
    stopped.child.kill('SIGTERM');
    const { code, mail } = await stopped.ended;
    expect([code, mail]).toEqual([143, expect.stringContaining('interrupted before its end')]);
    expect([metrics()('unbusy_hosts', 'ok'), metrics()('unbusy_last_success_timestamp_seconds')]).toEqual([
      0,
      undefined,
    ]);
    const late = await cron('--timeout', '2s', '--metrics', at('x.prom'));
    expect([late.code, late.mail]).toEqual([124, expect.stringContaining('the deadline of the run passed')]);
    expect(late.mail).toMatch(/ {2}new {4}b {2}unknown/);
    expect([metrics()('unbusy_hosts', 'ok'), metrics()('unbusy_unknown_hosts')]).toEqual([2, 1]);
  });

  it('are written without --cron too, by a run and by a scan', () => {
    const unbusy = (...args: readonly string[]) =>
      spawnSync(process.execPath, [bundle, ...args, '--metrics', at('x.prom')], {
        ...{ encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: at('state') } },
      });
    expect(unbusy('run', at('p.yml'), ...HOSTS, '--json').status).toBe(0);
    expect(metrics()('unbusy_hosts', 'changed')).toBe(3);
    expect(unbusy('run', at('p.yml'), ...HOSTS, '-C').status).toBe(0);
    expect(metrics()('unbusy_hosts', 'ok')).toBe(3);
    const scan = unbusy('scan', '-i', '127.0.0.1:1,', '--connect-timeout', '2s');
    expect([scan.status, metrics()('unbusy_hosts', 'unreachable')]).toEqual([4, 1]);
    expect(scan.stderr).toContain('x.prom: it held metrics of p, which are gone');
    expect(readFileSync(at('x.prom'), 'utf8')).toContain('unbusy_unknown_hosts{playbook="scan"} 1\n');
  });

  it('are written where the run cannot begin, and begin anew where the old file is spoilt', async () => {
    writeFileSync(at('x.prom'), 'unbusy_released_total{playbook="p"} 4');
    const { mail } = await cron('--metrics', at('x.prom'));
    expect(mail).toContain('counters begin anew');
    writeFileSync(at('p.yml'), '- hosts: all\n  tsks: []\n');
    expect((await cron('--metrics', at('x.prom'))).code).toBe(2);
    expect([metrics()('unbusy_hosts', 'not-reached'), metrics()('unbusy_hosts', 'ok')]).toEqual([3, 0]);
  });
});

describe('the records of runs', () => {
  it('are pruned by --keep but for what can still be resumed, and latest is the newest', async () => {
    writeFileSync(at('spoil-a'), '');
    await cron('-l', 'a');
    const [needed = ''] = runs().filter((name) => name.startsWith('20'));
    for (let more = 0; more < 3; more++) await cron('-l', 'b', '--keep', '1');
    const kept = runs().filter((name) => name.startsWith('20'));
    expect(kept).toHaveLength(2);
    expect(kept).toContain(needed);
    rmSync(at('spoil-a'));
    await cron('-l', 'a', '--keep', '1');
    expect(runs().filter((name) => name.startsWith('20'))).not.toContain(needed);
    expect(existsSync(at('home/.local/state/unbusy/runs/latest/inputs.json'))).toBe(true);
    expect(await cron('--keep', 'much')).toMatchObject({ code: 2 });
  });
});
