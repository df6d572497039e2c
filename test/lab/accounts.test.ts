import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import type { CommandOptions } from './command.ts';
import { describeLab } from './describe-lab.ts';
import { plantPrivateService } from './faults/leak.ts';
import type { LabHost } from './host.ts';
import { hostState } from './host-state.ts';
import { expectFreed, expectNothingToDo, harmless } from './sweep-steps.ts';
import { type Login, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

describeLab('the accounts', { plain: {} }, (hosts) => {
  const as = (user: string, script: string, terminal = false) => hosts.plain.sh(script, { user, terminal });

  test.each([
    ['ops', 0],
    ['noisy', 0],
    ['fishy', 0],
    ['cshy', 0],
    ['opspw', 1],
    ['nosudo', 1],
    ['doasuser', 1],
    ['tty', 1],
  ])('%s: sudo -n exits %i', async (user, code) => {
    expect((await as(user, 'sudo -n true')).code).toBe(code);
  });

  test('opspw becomes root with its password only', async () => {
    expect((await as('opspw', 'echo lab-password | sudo -S id -u')).stdout).toContain('0');
    expect((await as('opspw', 'echo wrong | sudo -S id -u')).code).toBe(1);
  });

  test('tty becomes root on a terminal only', async () => {
    expect((await as('tty', 'sudo -n id -u', true)).stdout.trim()).toBe('0');
  });

  test('doasuser becomes root with doas, and nosudo does not', async () => {
    expect((await as('doasuser', 'doas -n id -u')).stdout.trim()).toBe('0');
    expect((await as('nosudo', 'doas -n id -u')).code).toBe(1);
  });

  test('noisy is greeted on both streams, ops is not', async () => {
    const noisy = await as('noisy', 'true');
    expect(noisy.stdout).toContain('Authorised use only');
    expect(noisy.stderr).toContain('quota');
    expect(await as('ops', 'true')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('the shells are what they are called after', async () => {
    expect((await as('fishy', 'echo $FISH_VERSION')).stdout).toMatch(/^3\./);
    expect((await as('cshy', 'echo $tcsh')).stdout).toMatch(/^6\./);
    expect((await as('ops', 'echo $BASH_VERSION')).stdout).toMatch(/^5\./);
  });
});

/** Why the one host of a run was left alone. */
function errorOf({ report }: UnbusyRun) {
  const [host] = report.hosts;
  return host?.error ?? host?.tasks.find((task) => task.error !== undefined)?.error;
}

const password = (text: string) => ({ env: { UNBUSY_BECOME_PASSWORD: text } });
const doas = { vars: { ansible_become_method: 'doas' } };

describeLab('a sweep as', { door: {}, held: { legacyRmdir: true } }, (hosts) => {
  let unbusy: Unbusy;
  beforeAll(() => {
    unbusy = new Unbusy();
  });
  afterAll(() => unbusy?.close());

  const sweepAs = (
    host: LabHost,
    user: string,
    options: CommandOptions & Login = {},
    args: readonly string[] = ['-b'],
  ) => unbusy.sweep([host], args, { user, ...options });

  test.each<[string, CommandOptions & Login]>([
    ['ops', {}],
    ['noisy', {}],
    ['fishy', {}],
    ['cshy', {}],
    ['doasuser', doas],
    ['opspw', password('lab-password')],
  ])('%s looks, through both transports, and finds nothing to do', async (user, options) => {
    for (const transport of ['ssh', 'openssh']) {
      const ran = await sweepAs(hosts.door, user, options, ['-b', '--transport', transport]);
      expect(ran.code, troubleOf(ran)).toBe(0);
    }
  });

  test.each<[string, string, CommandOptions & Login]>([
    ['opspw', 'E_BECOME_PASSWORD', {}],
    ['opspw', 'E_BECOME_PASSWORD', password('wrong')],
    ['nosudo', 'E_BECOME_PASSWORD', {}],
    ['nosudo', 'E_BECOME_DENIED', doas],
    ['doasuser', 'E_BECOME_PASSWORD', {}],
    ['tty', 'E_BECOME_TTY', {}],
  ])('%s ends with %s', async (user, code, options) => {
    for (const transport of ['ssh', 'openssh']) {
      const ran = await sweepAs(hosts.door, user, options, ['-b', '--transport', transport]);
      expect([ran.code, errorOf(ran)?.code], troubleOf(ran)).toEqual([5, code]);
      expect(errorOf(ran)?.message).toContain(hosts.door.name);
      expect(JSON.stringify(ran.report) + ran.stderr).not.toMatch(/wrong"|lab-password/);
    }
  });

  test('ops without becoming root is told to', async () => {
    const playbook = unbusy.file(
      'sweep.yml',
      '- name: sweep\n  hosts: all\n  tasks:\n    - name: sweep\n      dead_containers: {}\n',
    );
    const ran = await unbusy.playbook([hosts.door], playbook, [], { user: 'ops' });
    expect([ran.code, errorOf(ran)?.code], troubleOf(ran)).toEqual([5, 'E_PREFLIGHT_ROOT']);
    expect(errorOf(ran)?.hint).toContain('-b');
  });

  test('ops and opspw, where a container is held: it is freed', async () => {
    const ways: readonly [string, CommandOptions & Login][] = [
      ['ops', {}],
      ['opspw', password('lab-password')],
    ];
    for (const [user, options] of ways) {
      await hosts.held.fresh(async (host) => {
        const planted = await plantPrivateService(host);
        const living = await bystanders(host);
        const refused = await harmless(host, () => sweepAs(host, 'tty'));
        expect(refused.code, troubleOf(refused)).toBe(5);
        const check = await harmless(host, () => sweepAs(host, user, options, ['-b', '-C']));
        expect(check.code, troubleOf(check)).toBe(3);
        const ran = await sweepAs(host, user, options);
        expect(ran.code, troubleOf(ran)).toBe(0);
        await expectFreed(host, planted);
        expect(await bystanders(host)).toEqual(living);
        await expectNothingToDo(unbusy, host);
      });
    }
  });

  test('an unknown host key is listed, and learned where that is allowed; a changed one never passes', async () => {
    const before = await hostState(hosts.door);
    const known = readFileSync(hosts.door.access.knownHostsFile, 'utf8').split('\n');
    const lines = (address: string) => known.filter((line) => line.startsWith(`${address} `));
    const empty = unbusy.file('known_hosts', '');
    for (const transport of ['ssh', 'openssh']) {
      const unknown = await sweepAs(hosts.door, 'root', { knownHostsFile: empty }, ['--transport', transport]);
      expect([unknown.code, errorOf(unknown)?.code], troubleOf(unknown)).toEqual([4, 'E_HOSTKEY_UNKNOWN']);
      const others = lines(hosts.held.access.address).map((line) =>
        line.replace(hosts.held.access.address, hosts.door.access.address),
      );
      const swapped = unbusy.file('known_hosts', `${others.join('\n')}\n`);
      for (const policy of [[], ['--host-keys', 'accept-new']]) {
        const args = ['--transport', transport, ...policy];
        const changed = await sweepAs(hosts.door, 'root', { knownHostsFile: swapped }, args);
        expect([changed.code, errorOf(changed)?.code], troubleOf(changed)).toEqual([4, 'E_HOSTKEY_CHANGED']);
        expect(readFileSync(swapped, 'utf8')).toBe(`${others.join('\n')}\n`);
      }
    }
    expect(readFileSync(empty, 'utf8')).toBe('');
    const learned = await sweepAs(hosts.door, 'root', { knownHostsFile: empty }, ['--host-keys', 'accept-new']);
    expect(learned.code, troubleOf(learned)).toBe(0);
    const [, , key = 'none'] = lines(hosts.door.access.address)[0]?.split(' ') ?? [];
    expect(readFileSync(empty, 'utf8')).toContain(key);
    expect(await hostState(hosts.door)).toBe(before);
  });
});
