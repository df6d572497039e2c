import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/connection/session.ts';
import { probeRmdirRule } from '../../../src/programs/probe-rmdir-rule.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

const ABLE = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
const ABLE_TO_EMULATE = ABLE && spawnSync('gcc', ['--version']).status === 0;
const NATIVE = resolve(import.meta.dirname, '../../lab/native');

let sandbox: ReturnType<typeof makeSandbox>;
let legacy = '';
beforeAll(() => {
  sandbox = makeSandbox();
  if (!ABLE_TO_EMULATE) return;
  legacy = join(sandbox.path, 'legacy-rmdir');
  const files = ['legacy-rmdir.c', 'mount-tables.c', 'namespaces.c'].map((name) => join(NATIVE, name));
  execFileSync('gcc', ['-O1', '-o', legacy, ...files]);
});
afterAll(() => sandbox.remove());

/** A host whose fs.may_detach_mounts has a value, and over which the old rule may lie (emulated). */
function hostWith(shell: ShellKind, { knob, old }: { readonly knob?: number; readonly old: boolean }): ShellHost {
  const setUp =
    knob === undefined ? '' : `mount -t tmpfs fs /proc/sys/fs; echo ${knob} >/proc/sys/fs/may_detach_mounts;`;
  const rule = old ? `${legacy} ` : '';
  const outer = ['unshare', '-p', '-m', '--fork', '--mount-proc', 'sh', '-c', `${setUp} exec ${rule}"$@"`, 'sh'];
  return new ShellHost({ name: shell.name, command: [...outer, ...shell.command], path: shell.path });
}

/** A host on which a tool is a script of ours. */
function hostWithTool(shell: ShellKind, tool: string, script: string): ShellHost {
  const directory = join(sandbox.path, `${shell.name}-${tool}-${script.length}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, tool), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return new ShellHost({ ...shell, path: `${directory}:${shell.path}` });
}

/** The places of the host where the probe could leave something, and the processes whose namespace holds a mount of it. */
function traces(): object {
  const holders = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && readProc(pid).includes(' unbusy-probe '))
    .map((pid) => `process ${pid}`);
  return { holders, places: ['/run', '/tmp', '/mnt'].map((place) => (existsSync(`${place}/point`) ? place : '')) };
}

function readProc(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * A host whose mounts are shared among its own processes alone: what the probe left there would be seen, and what others mount on this
 * machine is not. `tables` gives its mounts before the probe and after it.
 */
function hostApart(shell: ShellKind): { readonly host: ShellHost; tables(): readonly string[] } {
  const files = ['before', 'after'].map((when) => join(sandbox.path, `${shell.name}-${when}`));
  const [before, after] = files;
  const script = `mount --make-rshared / && cat /proc/self/mountinfo >'${before}' && "$@"
    code=$?; cat /proc/self/mountinfo >'${after}'; exit "$code"`;
  const command = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', ...shell.command];
  return { host: new ShellHost({ ...shell, command }), tables: () => files.map((file) => readFileSync(file, 'utf8')) };
}

const CLEAN = { holders: [], places: ['', '', ''] };

describe.runIf(ABLE)(ABLE ? 'the rule for rmdir' : 'the rule for rmdir (left out: no unshare here)', () => {
  describe.each(shellKinds())('under $name', (shell) => {
    it('is that of new kernels here, and nothing is left', async () => {
      const { host, tables } = hostApart(shell);
      expect(await probeRmdirRule(host)).toEqual({ kind: 'known', rule: { class: 'K2', busy: false } });
      const [before, after] = tables();
      expect(before).toMatch(/ \/ \/ .* shared:/);
      expect(after).toBe(before);
      // Whoever of the probe is still on its way out has its namespace until then.
      await expect.poll(traces, { timeout: 5000 }).toEqual(CLEAN);
    });

    it.runIf(ABLE_TO_EMULATE)('is the old one where that is laid over the host (emulated)', async () => {
      const probe = await probeRmdirRule(hostWith(shell, { old: true }));
      expect(probe).toEqual({ kind: 'known', rule: { class: 'K0', busy: true } });
      // The same host without the old rule.
      expect(await probeRmdirRule(hostWith(shell, { old: false }))).toMatchObject({ rule: { class: 'K2' } });
    });

    it.runIf(ABLE_TO_EMULATE).each([
      [0, true, { class: 'K1', busy: true, knob: 0 }],
      [1, false, { class: 'K1', busy: false, knob: 1 }],
      [1, true, { class: 'K0', busy: true, knob: 1 }],
      [0, false, { class: 'K2', busy: false, knob: 0 }],
    ])('with fs.may_detach_mounts = %i and busy = %s is told by what was seen', async (knob, old, rule) => {
      expect(await probeRmdirRule(hostWith(shell, { knob, old }))).toEqual({ kind: 'known', rule });
    });

    it('is not known where no namespace can be made', async () => {
      const command = ['setpriv', '--bounding-set=-sys_admin', ...shell.command];
      const probe = await probeRmdirRule(new ShellHost({ ...shell, command }));
      expect(probe).toMatchObject({ kind: 'not-probed', why: expect.stringContaining('no mount namespace') });
    });

    it('is not known where rmdir does not even remove a plain directory', async () => {
      const probe = await probeRmdirRule(hostWithTool(shell, 'rmdir', 'exit 1'));
      // busybox runs its own rmdir whatever the PATH says, so there the probe is simply right.
      expect(probe.kind).toBe(shell.name === 'busybox' ? 'known' : 'not-probed');
    });

    it('tells of unshare without --propagation as of any other', async () => {
      const old = hostWithTool(
        shell,
        'unshare',
        'case "$*" in *--propagation*) exit 1 ;; esac; exec /usr/bin/unshare "$@"',
      );
      expect(await probeRmdirRule(old)).toMatchObject({ kind: 'known', rule: { class: 'K2' } });
    });
  });

  it('leaves nothing when it is killed in the middle', async () => {
    const shell = shellKinds().find(({ name }) => name !== 'busybox');
    if (shell === undefined) return;
    const mark = join(sandbox.path, 'in the middle');
    const slow = hostWithTool(shell, 'umount', `: >'${mark}'; exec sleep 60`);
    const child = await startAlone(slow, shell);
    for (let tries = 0; !existsSync(mark); tries++) {
      if (tries > 400) throw new Error('the probe did not come to its umount');
      await sleep(25);
    }
    expect(traces()).not.toEqual(CLEAN);
    const ended = new Promise((done) => child.on('close', done));
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    // Another test's probe may pass by; what this one left would stay for a minute.
    await expect.poll(traces, { timeout: 5000 }).toEqual(CLEAN);
  });
});

/** The probe in a process group of its own, as the session starts it. */
async function startAlone(host: ShellHost, shell: ShellKind): Promise<ChildProcess> {
  let call: Call | undefined;
  await probeRmdirRule({
    ...host,
    host: host.host,
    facts: host.facts,
    call: async (asked) => {
      call = asked;
      return { kind: 'lost', reason: 'only asked for the program' };
    },
  } as typeof host);
  const [file = '', ...args] = shell.command;
  const path = join(
    sandbox.path,
    `${shell.name}-umount-${`: >'${join(sandbox.path, 'in the middle')}'; exec sleep 60`.length}`,
  );
  const child = spawn(file, args, {
    detached: true,
    cwd: '/',
    env: { PATH: `${path}:${shell.path}` },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin?.end(`set -- ${call?.args.join(' ')}\n${call?.program.text}`);
  return child;
}
