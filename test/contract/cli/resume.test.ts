import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../../src/core/results.ts';
import { bundleInto } from '../../support/bundle.ts';

let folder: string;
let bundle: string;
let at: (name: string) => string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-resume-'));
  bundle = await bundleInto(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  const work = mkdtempSync(join(folder, 'work-'));
  at = (name) => join(work, name);
});

/** Each host writes its name down; what `hold` names waits until it is gone, what `spoil` names fails. */
function writePlaybook(lines: readonly string[] = ['batches: [1, 2]']): void {
  const shell = [
    `echo {{ host }} >> ${at('log')}`,
    `while [ -e ${at('hold')}-{{ host }} ]; do sleep 0.1; done`,
    `[ ! -e ${at('spoil')}-{{ host }} ] || exit 1`,
    `touch ${at('done')}-{{ host }}`,
  ].join('; ');
  writeFileSync(
    at('p.yml'),
    [
      '- hosts: all',
      ...lines.map((line) => `  ${line}`),
      '  tasks:',
      '    - name: mark',
      `      command: { shell: ${JSON.stringify(shell)}, creates: "${at('done')}-{{ host }}" }`,
      '',
    ].join('\n'),
  );
}

const environment = (extra: NodeJS.ProcessEnv = {}) => ({ ...process.env, XDG_STATE_HOME: at('state'), ...extra });

function unbusy(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { encoding: 'utf8', env: environment(env), input: '' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], options);
  return { code: status, stdout, stderr };
}

const RUN = ['-i', 'a,b,c,d,e,', '--transport', 'local'];
const runs = () =>
  existsSync(at('state')) ? readdirSync(at('state/unbusy/runs')).filter((name) => name !== 'latest') : [];
const record = (name: string) => readFileSync(at(`state/unbusy/runs/${runs()[0]}/${name}`), 'utf8');
const log = () => readFileSync(at('log'), 'utf8').trimEnd().split('\n').join('');
const ended = (child: ChildProcess) => new Promise<string | null>((done) => child.once('close', (_, by) => done(by)));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 20));
}

/** A run that has done a and b, and hangs on c. */
async function hangingRun(): Promise<ChildProcess> {
  writePlaybook();
  writeFileSync(at('hold-c'), '');
  const child = spawn(process.execPath, [bundle, 'run', at('p.yml'), ...RUN], { stdio: 'ignore', env: environment() });
  await until(() => existsSync(at('done-b')) && existsSync(at('log')) && log().includes('c') && runs().length > 0);
  await until(() => /"host-end","result":\{"host":"b"/.test(record('events.jsonl')));
  return child;
}

describe('a run whose controller was killed', () => {
  it('goes on with what had not ended, also after a torn line; a second time nothing is left', async () => {
    const child = await hangingRun();
    const busy = unbusy(['resume']);
    expect(busy.code).toBe(7);
    expect(busy.stderr).toMatch(new RegExp(`E_LOCK: process ${child.pid} on \\S+, since 20`));
    child.kill('SIGKILL');
    expect(await ended(child)).toBe('SIGKILL');
    appendFileSync(at(`state/unbusy/runs/${runs()[0]}/events.jsonl`), '{"kind":"host-end","result":{"host":"e","stat');
    rmSync(at('hold-c'));
    const { code, stdout, stderr } = unbusy(['resume', '--json']);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as RunReport;
    expect(report.hosts.map(({ host, earlier = false }) => [host, earlier])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
      ['d', false],
      ['e', false],
    ]);
    // What was left on c may have come to its end by itself, and is then found as wanted.
    expect(report.hosts.map(({ status }) => status).join(' ')).toMatch(
      /^changed changed (ok|changed) changed changed$/,
    );
    expect([...log()].sort().join('')).toMatch(/^abcc?de$/);
    expect(stderr).toMatch(/2 of 5 hosts ended well; it was cut off; 1 of the lines of its record .*; 3 to go\./);
    const again = unbusy(['resume', report.run ?? '']);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringContaining('5 of 5 hosts ended well; nothing is left'),
    ]);
    expect(runs()).toHaveLength(1);
    expect(existsSync(at(`state/unbusy/runs/${runs()[0]}/lock`))).toBe(false);
  });
});

describe('a run that a stop rule ended', () => {
  it('tries what failed before anything new, stops there again, and goes on once it is mended', () => {
    writePlaybook();
    writeFileSync(at('spoil-b'), '');
    const first = unbusy(['run', at('p.yml'), ...RUN]);
    expect(first.code).toBe(6);
    expect(first.stdout).toContain('stopped: 1 of 5 hosts failed (b), and the stop rule tolerates 0');
    const [, next = ''] = /\n {4}unbusy (resume [0-9a-f]{6})\n/.exec(first.stdout) ?? [];
    const before = log();
    const second = unbusy(next.split(' '));
    expect([second.code, log()]).toEqual([6, `${before}b`]);
    rmSync(at('spoil-b'));
    const third = unbusy(next.split(' '));
    expect(third.code, third.stderr).toBe(0);
    expect(third.stdout).toContain('2 hosts ended well before this resume, not touched again');
    expect(log().replace(before, '')).toMatch(/^bb[de]{2}$/);
  });

  it('does not go on with other inputs, unless it must', () => {
    writePlaybook();
    writeFileSync(at('spoil-b'), '');
    expect(unbusy(['run', at('p.yml'), ...RUN]).code).toBe(6);
    rmSync(at('spoil-b'));
    appendFileSync(at('p.yml'), '# changed\n');
    const before = log();
    const refused = unbusy(['resume']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('the playbook of this run changed')]);
    expect(log()).toBe(before);
    expect(unbusy(['resume', '--force']).code).toBe(0);
    expect([...log().replace(before, '')].sort().join('')).toBe('bde');
  });
});

describe('the record of a run', () => {
  it('can be read by its owner only, and holds no secret and no content of files', () => {
    writeFileSync(
      at('s.yml'),
      [
        '- hosts: all',
        '  vars: {db_password: none}',
        '  tasks:',
        '    - name: file',
        `      file_content: {path: ${at('file')}, content: "inside-the-file {{ db_password }}"}`,
        '    - name: say',
        '      command: {shell: "echo {{ db_password }}", changed_when: "false"}',
        '',
      ].join('\n'),
    );
    const args = ['run', at('s.yml'), '-i', 'a,', '--transport', 'local', '-e', 'db_password=hunter22'];
    expect(unbusy(args, { UNBUSY_BECOME_PASSWORD: 'correct-horse' }).code).toBe(0);
    const texts = readdirSync(at(`state/unbusy/runs/${runs()[0]}`)).map((name) => {
      expect(statSync(at(`state/unbusy/runs/${runs()[0]}/${name}`)).mode & 0o777).toBe(0o600);
      return record(name);
    });
    expect(statSync(at(`state/unbusy/runs/${runs()[0]}`)).mode & 0o777).toBe(0o700);
    expect(texts.join('')).toContain('"stdout":"[hidden]"');
    expect(texts.join('')).not.toMatch(/hunter22|correct-horse/);
    expect(record('events.jsonl')).not.toContain('inside-the-file');
    rmSync(at('file'));
    rmSync(at('state'), { recursive: true });
    expect(unbusy([...args, '-D']).code).toBe(0);
    expect(record('events.jsonl')).toContain('inside-the-file [hidden]');
  });

  it('is not made by a check, nor where a run was refused before it began', () => {
    writePlaybook();
    expect(unbusy(['run', at('p.yml'), ...RUN, '-C']).code).toBe(3);
    expect(existsSync(at('state'))).toBe(false);
    expect(unbusy(['run', at('p.yml'), ...RUN, '-l', 'nobody']).code).toBe(8);
    expect(runs()).toEqual([]);
  });

  it('is done without where there is no place for it, but not where one was asked for', () => {
    writePlaybook();
    writeFileSync(at('state'), 'no folder');
    const { code, stderr } = unbusy(['run', at('p.yml'), ...RUN]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('This run is not recorded, and cannot be resumed: ')]);
    const asked = unbusy(['run', at('p.yml'), ...RUN, '--run-dir', at('state/runs')]);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('E_USAGE: the run cannot be recorded in')]);
    expect(log()).toHaveLength(5);
  });
});
