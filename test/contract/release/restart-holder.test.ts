import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HolderWitness, restartHolder } from '../../../src/programs/restart-holder.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { namespaceOf } from '../scan/bed.ts';
import { startTimeOf } from './witness.ts';

const able = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
if (!able) console.warn('LEFT OUT: restart-holder needs root and mount namespaces of Linux');

describe.skipIf(!able).each(shellKinds())('restart-holder under $name', (shell) => {
  let directory: string;
  let child: ChildProcess;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'unbusy-restart-'));
    child = spawn('sleep', ['300'], { stdio: 'ignore' });
  });
  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  /**
   * A host on which that process is in the unit's cgroup, and systemctl is a script of ours, which says `states` one after the
   * other when it is asked how the unit does.
   */
  function hostWith(systemctl: string, cgroup = '/system.slice/agent.service', states = ['active']): ShellHost {
    writeFileSync(join(directory, 'states'), `${states.join('\n')}\n`);
    const show = `if [ "$1" = show ]; then
        if [ "$3" = ActiveState ]; then
          echo "ActiveState=$(sed -n 1p '${directory}/states')"
          sed -i '1{$!d}' '${directory}/states'
        else echo "$3=some"; fi
        exit 0
      fi`;
    const text = `#!/bin/sh\n${show}\necho "$*" >>'${directory}/asked'\n${systemctl}\n`;
    writeFileSync(join(directory, 'systemctl'), text, { mode: 0o755 });
    writeFileSync(join(directory, 'cgroup'), `1:name=systemd:${cgroup}\n`);
    const setUp = `mount --bind '${directory}/cgroup' /proc/${child.pid}/cgroup; exec "$@"`;
    const command = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', setUp, 'sh', ...shell.command];
    return new ShellHost({ ...shell, command, path: `${directory}:${shell.path}` });
  }
  const holder = (twist: Partial<HolderWitness> = {}): HolderWitness => ({
    kind: 'unit',
    name: 'agent.service',
    pid: child.pid ?? 0,
    startTime: startTimeOf(child.pid ?? 0),
    namespace: namespaceOf(child.pid) ?? 0,
    ...twist,
  });
  const asked = () =>
    existsSync(join(directory, 'asked')) ? readFileSync(join(directory, 'asked'), 'utf8').trim() : '';

  it('restarts exactly what the process belongs to, and sees that it is another process now', async () => {
    const gone = once(child, 'exit');
    expect(await restartHolder(hostWith(`kill -9 ${child.pid}; sleep 0.2`), holder())).toEqual({ kind: 'done' });
    await gone;
    expect(asked()).toBe('restart -- agent.service');
  });

  it('does nothing if the process is another, elsewhere, or of somebody else', async () => {
    const host = hostWith('exit 0');
    const twists: readonly Partial<HolderWitness>[] = [
      { startTime: '1' },
      { namespace: 1 },
      { name: 'other.service' },
      { name: 'gent.service' },
      { kind: 'container', name: 'a'.repeat(64) },
    ];
    for (const twist of twists) {
      expect(await restartHolder(host, holder(twist)), JSON.stringify(twist)).toMatchObject({ kind: 'stale' });
    }
    for (const name of ['-h', 'agent.socket', ''])
      expect((await restartHolder(host, holder({ name }))).kind).toBe('failed');
    expect(asked()).toBe('');
  });

  it('does not take a unit of the same name in a user session or a system container for the one of the host', async () => {
    for (const cgroup of [
      '/user.slice/user-1000.slice/user@1000.service/app.slice/agent.service',
      '/lxc.payload.web/system.slice/agent.service',
    ]) {
      expect(await restartHolder(hostWith('exit 0', cgroup), holder()), cgroup).toMatchObject({ kind: 'stale' });
    }
    expect(asked()).toBe('');
    await restartHolder(hostWith('exit 0', '/system.slice/system-agent.slice/agent.service/worker'), holder());
    expect(asked()).toBe('restart -- agent.service');
  });

  it('says at once that a unit does not run any more, whether its start failed or it ended right after', async () => {
    for (const [ending, states] of [
      ['echo "Job for agent.service failed"; exit 1', ['failed']],
      ['exit 0', ['active', 'activating']],
      ['exit 0', ['inactive']],
    ] as const) {
      const answer = await restartHolder(hostWith(ending, undefined, [...states]), holder());
      expect(answer, states.join()).toMatchObject({ kind: 'failed', error: { code: 'E_VERIFY' } });
      expect(answer.kind === 'failed' && answer.error.message).toContain(`does not run now: ${states.at(-1)} (some)`);
    }
  });

  it('does not call it done if the old process still lives, or the restart failed', async () => {
    expect(await restartHolder(hostWith('exit 0'), holder())).toMatchObject({ kind: 'denied' });
    expect(await restartHolder(hostWith('echo "start request repeated too quickly"; exit 1'), holder())).toMatchObject({
      kind: 'denied',
      why: 'start request repeated too quickly',
    });
  });
});
