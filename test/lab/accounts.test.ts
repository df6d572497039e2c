import { expect, test } from 'vitest';
import { describeLab } from './describe-lab.ts';

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
