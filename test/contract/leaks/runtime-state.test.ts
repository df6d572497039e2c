import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RuntimeQuestion, readRuntimeState } from '../../../src/programs/runtime-state.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed } from '../scan/bed.ts';

const ID = 'ab'.repeat(32);
const POD = '0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const NOTHING = { ask: [], ids: [], pods: [], directories: [], networks: [], deadlineMs: 2000, pauseMs: 0 } as const;

const CTR = `#!/bin/sh
case $* in
  *'namespaces ls -q') printf 'default\\nmoby\\n' ;;
  *'--namespace moby '*) echo asked-docker; exit 9 ;;
  *'tasks ls') printf 'TASK    PID    STATUS\\nweb     1    RUNNING\\nold     2    STOPPED\\n' ;;
  *'labels."io.kubernetes.pod.uid"=='*) echo web ;;
  *'containers ls -q') printf 'web\\nold\\nidle\\n' ;;
  *) exit 8 ;;
esac
`;

const able = process.platform === 'linux' && process.getuid?.() === 0;
if (!able) console.warn('LEFT OUT: what runtimes say is asked as root, on Linux');

describe.skipIf(!able).each(shellKinds())('what other runtimes say, under $name', (shell) => {
  let bed: Bed;
  let tools: string;
  let host: ShellHost;
  beforeEach(() => {
    bed = new Bed();
    tools = bed.folder('tools');
    host = new ShellHost({ ...shell, path: `${tools}:${shell.path}` });
  });
  afterEach(() => bed.close());

  const tool = (name: string, text: string) => writeFileSync(join(tools, name), text, { mode: 0o755 });
  const look = async (question: Partial<RuntimeQuestion>) => {
    const answer = await readRuntimeState(host, { ...NOTHING, ...question });
    if (answer.kind === 'unknown') throw answer.error;
    return answer.facts;
  };
  /** A process that is called containerd, with a state directory of its own, as that of k3s has. */
  const containerd = () => {
    tool('containerd', '#!/bin/sh\necho ready; while :; do sleep 300; done\n');
    return bed.start(join(tools, 'containerd'), [
      '--address',
      '/k3s/sock',
      '--state=/var/run/k3s/',
      '--root',
      '/k3s/root',
    ]);
  };

  it('takes the directories of containerd from the process that runs, and asks it by its own socket', async () => {
    await containerd();
    tool('ctr', CTR);
    const facts = await look({ ask: ['containerd'], ids: ['web'], pods: [POD] });
    expect(facts.daemons).toContainEqual(
      expect.objectContaining({ name: 'containerd', state: '/run/k3s', root: '/k3s/root', socket: '/k3s/sock' }),
    );
    expect(facts.answers).toContainEqual({ runtime: 'containerd', socket: '/k3s/sock', answer: 'answered' });
    expect(facts.known.map(({ id, state }) => [id, state])).toEqual([
      ['web', 'living'],
      ['old', 'ended'],
      ['idle', 'ended'],
    ]);
    expect(facts.pods).toEqual([{ uid: POD, id: 'web' }]);
  });

  it('says of each that does not answer how it did not', async () => {
    await containerd();
    const answers = async () =>
      (await look({ ask: ['containerd'] })).answers.flatMap(({ socket, answer }) =>
        // Others may run on this machine.
        socket === '/k3s/sock' ? [answer] : [],
      );
    expect(await answers()).toEqual(['no-client']);
    tool('ctr', '#!/bin/sh\nexit 1\n');
    expect(await answers()).toEqual(['refused']);
    tool('ctr', '#!/bin/sh\nexec sleep 60\n');
    expect(await answers()).toEqual(['late']);
    expect((await look({})).answers).toEqual([]);
  });

  it('hears podman, and what it warns of beside', async () => {
    tool(
      'podman',
      `#!/bin/sh\necho 'time="x" level=warning msg="${ID} true"' >&2\nprintf '${ID} true web\\n${'cd'.repeat(32)} false live\\n'\n`,
    );
    const facts = await look({ ask: ['storage'] });
    expect(facts.known.map(({ id, state, name }) => [id.slice(0, 2), state, name])).toEqual([
      ['ab', 'ended', 'web'],
      ['cd', 'living', 'live'],
    ]);
    expect(facts.answers).toEqual([{ runtime: 'podman', socket: '', answer: 'answered' }]);
  });

  it('sees a shim and a monitor by what they were started with', async () => {
    const shim = 'containerd-shim-runc-v2';
    tool(shim, '#!/bin/sh\necho ready; while :; do sleep 300; done\n');
    await bed.start(join(tools, shim), ['-namespace', 'default', '-id', 'unbusy-web']);
    const seen = await look({ ids: ['unbusy-web', 'unbusy-other', 'unbusy'] });
    expect(new Set(seen.tasks.map(({ token }) => token))).toEqual(new Set(['unbusy-web']));
  });

  it('sees tasks in the cgroups of containers and pods, whole names only', async () => {
    const group = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find(
      (dir) => spawnSync('mkdir', [join(dir, 'unbusy-test')]).status === 0,
    );
    if (group === undefined) {
      console.warn('LEFT OUT: no cgroup can be made here');
      return;
    }
    const slice = join(group, 'unbusy-test', `kubepods-pod${POD.replaceAll('-', '_')}.slice`);
    const scope = join(slice, `cri-containerd-${ID}.scope`);
    mkdirSync(scope, { recursive: true });
    const child = spawn('sleep', ['300'], { stdio: 'ignore' });
    try {
      writeFileSync(join(scope, 'cgroup.procs'), String(child.pid));
      const { tasks } = await look({ ids: [ID, 'scope', 'slice'], pods: [POD, POD.replace('0', '1')] });
      const found = new Set(tasks.filter(({ pid }) => pid === child.pid).map(({ token }) => token));
      expect(found).toEqual(new Set([ID, `pod${POD}`]));
    } finally {
      child.kill('SIGKILL');
      await expect.poll(() => readFileSync(join(scope, 'cgroup.procs'), 'utf8')).toBe('');
      for (const dir of [scope, slice, join(group, 'unbusy-test')]) rmdirSync(dir);
    }
  });

  it('knows which directories and networks are there', async () => {
    const own = /\d+/.exec(spawnSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' }).stdout)?.[0] ?? '';
    const facts = await look({ directories: [tools, `${tools}/none`], networks: [own, '1'] });
    expect([[...facts.directories], [...facts.networks]]).toEqual([[tools], [Number(own)]]);
  });

  it('is asked for nothing that could be more than a name', async () => {
    const odd = await readRuntimeState(host, { ...NOTHING, ids: ['web -e x'] });
    expect(odd).toMatchObject({ kind: 'unknown' });
  });
});
