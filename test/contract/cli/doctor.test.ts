import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorCheck, DoctorHost } from '../../../src/report/doctor-view.ts';
import { bundleInto } from '../../support/bundle.ts';
import { hasSshd, type LoopbackSshd, startSshd } from '../../support/loopback-sshd.ts';

if (!hasSshd) console.warn('NOT TESTED here: the doctor, for want of sshd or ssh.');
const hasSystemd = existsSync('/usr/bin/systemd-analyze');
if (!hasSystemd) console.warn('NOT TESTED here: the units of the doctor, for want of systemd-analyze.');

let folder: string;
let bundle: string;
let sshd: LoopbackSshd;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-doctor-'));
  bundle = await bundleInto(folder);
  if (!hasSshd) return;
  sshd = await startSshd();
  writeFileSync(
    at('p.yml'),
    '- hosts: all\n  tasks:\n    - { name: nothing, command: { argv: ["true"], changed_when: "false" } }\n',
  );
  writeFileSync(
    at('hosts.yml'),
    `all: { hosts: { good: { address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.keyFile} } } }\n`,
  );
});
afterAll(async () => {
  await sshd?.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Json {
  readonly exitCode: number;
  readonly checks: readonly DoctorCheck[];
  readonly hosts: readonly DoctorHost[];
  readonly schedule?: {
    readonly crontab: string;
    readonly units: readonly { name: string; lines: readonly string[] }[];
  };
}

function doctor(args: readonly string[], env: NodeJS.ProcessEnv = {}): Answer {
  const words = [bundle, 'doctor', ...args, '--run-dir', at('runs')];
  const ran = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

function asked(args: readonly string[], env: NodeJS.ProcessEnv = {}): Json & { readonly code: number | null } {
  const { code, out, err } = doctor([...args, '--json'], env);
  if (out === '') throw new Error(err);
  return { code, ...(JSON.parse(out) as Json) };
}

const statusOf = ({ checks }: Json) => Object.fromEntries(checks.map(({ name, status }) => [name, status]));
const on = () => ['-i', 'hosts.yml', '--ssh-config', sshd.configFile];

describe.skipIf(!hasSshd)('the doctor', () => {
  it('shows how a host is reached, and that it was', () => {
    const { code, hosts } = asked(on());
    expect(code).toBe(0);
    expect(hosts).toMatchObject([
      {
        ...{ host: 'good', target: `${sshd.user}@127.0.0.1:${sshd.port}`, jumps: [], transport: 'ssh' },
        ...{ why: 'nothing here needs OpenSSH', keys: [sshd.keyFile], inKnownHosts: true, hostKeys: 'strict' },
        reached: { uid: process.getuid?.() },
      },
    ]);
    expect(doctor(on()).out).toMatch(/\n1 of 1 host reached\. Nothing was changed\.\n$/);
  });

  it('says of the settings of ssh_config what they come to', () => {
    const config = sshd.configWith(
      (key) => `[127.0.0.1]:${sshd.port} ${key}\n`,
      'Host good\n  ProxyCommand /bin/false %h\n',
    );
    const { hosts, code } = asked(['-i', 'good,', '--ssh-config', config, '-u', 'me']);
    expect([code, hosts[0]?.transport, hosts[0]?.target]).toEqual([4, 'openssh', 'me@good:22']);
    expect(hosts[0]?.why).toContain('ProxyCommand /bin/false');
  });

  it('tells a host that is not reached from one that is, and ends in 4', () => {
    const { code, hosts } = asked(['-i', 'hosts.yml', '-i', '127.0.0.1:1,', '--ssh-config', sshd.configFile]);
    expect(code).toBe(4);
    expect(hosts.map(({ host, error }) => [host, error?.code])).toEqual([
      ['good', undefined],
      ['127.0.0.1', 'E_CONNECT_TCP'],
    ]);
  });

  it('needs no hosts for what is on this side', () => {
    expect(asked([], { UNBUSY_INVENTORY: '' })).toMatchObject({ code: 0, hosts: [] });
    writeFileSync(at('file'), '');
    const bad = spawnSync(process.execPath, [bundle, 'doctor', '--run-dir', at('file/runs')], { encoding: 'utf8' });
    expect([bad.status, bad.stdout]).toEqual([5, expect.stringContaining('cannot be written')]);
  });
});

describe.skipIf(!hasSshd)('the doctor for cron', () => {
  const cron = (...more: readonly string[]) => asked(['p.yml', ...on(), '--cron', ...more]);

  it('finds all well, and prints a line that does run from anywhere without an environment', () => {
    const { code, schedule, ...rest } = cron('--metrics', 'x.prom', '--every', '10m', '--splay', '1m');
    expect([code, Object.values(statusOf(rest)).filter((status) => status === 'fail')]).toEqual([0, []]);
    const [fields = ''] = /^\S+ \S+ \S+ \S+ \S+ /.exec(schedule?.crontab ?? '') ?? [];
    expect(fields).toMatch(/^\d-59\/10 \* \* \* \* $/);
    expect(schedule?.crontab).toMatch(/ --cron --every 10m --splay 1m --timeout 7m$/);
    // As cron hands it to the shell.
    const command = (schedule?.crontab ?? '')
      .slice(fields.length)
      .replaceAll('\\%', '%')
      .replace('--splay 1m', '--splay 1ms');
    const env = { HOME: folder, PATH: '/usr/bin:/bin', SHELL: '/bin/sh' };
    const ran = spawnSync('/bin/sh', ['-c', command], { cwd: '/', env, encoding: 'utf8' });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '', '']);
    expect(existsSync(at('x.prom'))).toBe(true);
  });

  it('finds a key with a passphrase, also where an agent has it now, and a host whose key nobody knows', () => {
    const locked = at('locked');
    copyFileSync(sshd.keyFile, locked);
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret', '-f', locked]);
    writeFileSync(
      at('locked.yml'),
      `all: { hosts: { good: { address: 127.0.0.1, port: ${sshd.port}, identity_file: ${locked} } } }\n`,
    );
    const args = [
      'doctor',
      at('p.yml'),
      '-i',
      at('locked.yml'),
      '--ssh-config',
      sshd.configFile,
      '--run-dir',
      at('runs'),
    ];
    const withAgent = (...more: readonly string[]) => {
      const words = [process.execPath, bundle, ...args, ...more, '--json'].join(' ');
      const ran = spawnSync('ssh-agent', ['sh', '-c', `ssh-add -q ${sshd.keyFile}; ${words}`], { encoding: 'utf8' });
      return { code: ran.status, ...(JSON.parse(ran.stdout) as Json) };
    };
    const answer = withAgent('--cron');
    expect([answer.code, statusOf(answer).keys]).toEqual([5, 'fail']);
    expect(withAgent()).toMatchObject({ code: 0, hosts: [{ host: 'good', reached: {} }] });
    const strange = sshd.configWith(() => '');
    const unknown = asked(['p.yml', '-i', 'hosts.yml', '--ssh-config', strange, '--cron']);
    expect([unknown.code, statusOf(unknown)['host keys']]).toEqual([5, 'fail']);
  });

  it('finds times that overlap, a metrics folder that is missing, and a playbook that must be confirmed', () => {
    const { code, checks } = cron('--timeout', '55m', '--splay', '10m', '--metrics', 'none/x.prom');
    expect(code).toBe(5);
    const failed = checks.filter(({ status }) => status === 'fail');
    expect(failed.map(({ name }) => name)).toEqual(['time', 'metrics']);
    writeFileSync(
      at('risky.yml'),
      '- hosts: all\n  tasks:\n    - { name: sweep, dead_containers: { release: [restart_holder] } }\n',
    );
    const risky = asked(['risky.yml', ...on(), '--cron']);
    expect(risky.checks.find(({ name }) => name === 'playbook')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('E_CONFIRM'),
    });
    expect(statusOf(asked(['risky.yml', ...on(), '--cron', '--yes'])).playbook).toBe('ok');
  });

  it.skipIf(!hasSystemd)('prints units that systemd takes as they are', () => {
    for (const every of ['10m', '1h', '6h', '1d']) {
      const { schedule } = cron('--every', every);
      const names = (schedule?.units ?? []).map(({ name, lines }) => {
        writeFileSync(at(name), `${lines.join('\n')}\n`);
        return at(name);
      });
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...names], { encoding: 'utf8' });
      expect([status, stderr.split('\n').filter((line) => line.includes(folder))]).toEqual([0, []]);
      const calendar =
        /OnCalendar=(.*)/.exec((schedule?.units ?? []).flatMap(({ lines }) => lines).join('\n'))?.[1] ?? '';
      expect(spawnSync('systemd-analyze', ['calendar', calendar]).status).toBe(0);
    }
  });

  it('needs the playbook', () => {
    expect(doctor([...on(), '--cron'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--cron needs the playbook'),
    });
  });
});
