import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { plantPrivateService } from './faults/leak.ts';
import { hostState } from './host-state.ts';
import { expectFreed } from './sweep-steps.ts';
import { troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

const statuses = (ran: UnbusyRun) => ran.report.hosts.map(({ host, status }) => `${host} ${status}`);

/** The one that was not reached says so itself, and the exit code says it of the whole run. */
function expectThirdUnreachable(ran: UnbusyRun): void {
  expect(ran.code, troubleOf(ran)).toBe(4);
  const error = ran.report.hosts.find(({ host }) => host === 'third')?.error;
  expect(['E_CONNECT_TCP', 'E_CONNECT_TIMEOUT']).toContain(error?.code);
  expect(error?.message).toContain('third');
}

describeLab(
  'one host of three is not reached',
  { first: { legacyRmdir: true }, second: { legacyRmdir: true }, third: {} },
  (hosts) => {
    test('cut off or down, and the others are swept', async () => {
      const { first, second, third } = hosts;
      const all = [first, second, third];
      const planted = await Promise.all([plantPrivateService(first), plantPrivateService(second)]);
      const living = await Promise.all([bystanders(first), bystanders(second)]);
      const before = await Promise.all([hostState(first), hostState(second)]);

      await third.cut();
      const check = await unbusy.sweep(all, ['--check', '--connect-timeout', '3s']);
      expectThirdUnreachable(check);
      expect(statuses(check)).toEqual(['first would-change', 'second would-change', 'third unreachable']);
      expect(await Promise.all([hostState(first), hostState(second)])).toEqual(before);

      const cut = await unbusy.sweep(all, ['--connect-timeout', '3s']);
      expectThirdUnreachable(cut);
      expect(statuses(cut)).toEqual(['first changed', 'second changed', 'third unreachable']);
      await expectFreed(first, planted[0]);
      await expectFreed(second, planted[1]);
      expect(await Promise.all([bystanders(first), bystanders(second)])).toEqual(living);

      await third.stop();
      const down = await unbusy.command(all, ['run', 'playbooks/sweep-dead.yml', '--connect-timeout', '3s']);
      expect(down.code, down.stderr).toBe(4);
      expect(down.stdout + down.stderr).toMatch(/E_CONNECT_(TCP|TIMEOUT)[^\n]*third/);

      await third.start();
      const again = await unbusy.sweep(all);
      expect(again.code, troubleOf(again)).toBe(0);
      expect(statuses(again)).toEqual(['first ok', 'second ok', 'third ok']);
    });
  },
);
