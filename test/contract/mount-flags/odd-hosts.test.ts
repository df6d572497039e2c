import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerMountFlagsModule as flags } from '../../../src/modules/docker-mount-flags/index.ts';
import { dockerCausesLook } from '../../../src/modules/docker-mount-flags/look.ts';
import type { MountFlagsChange, MountFlagsState } from '../../../src/modules/docker-mount-flags/state.ts';
import type { Applied } from '../../../src/modules/module.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import {
  layDockerUnit,
  packagedUnit,
  pictureOfDockerUnit,
  type UnitLayout,
  underDockerUnit,
} from '../../support/docker-unit-world.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

const ROOT = process.getuid?.() === 0;
const SLAVE: UnitLayout = { unit: packagedUnit(), dropIns: { '10-old.conf': '[Service]\nMountFlags=slave\n' } };
const params = flags.params.parse({});

describe.runIf(CAN_UNSHARE && ROOT)('docker_mount_flags on hosts that are not as usual', () => {
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  const host = () => new ShellHost(underDockerUnit(shellKinds()[0] as ShellKind, sandbox.path));
  const mark = (name: string, text = '') => writeFileSync(join(sandbox.path, name), text);
  const picture = () => pictureOfDockerUnit(sandbox.path);

  async function look(): Promise<MountFlagsState> {
    const seen = await flags.observe(host(), params);
    if (seen.kind === 'unknown') throw seen.error;
    return seen.state;
  }

  async function applyFirst(): Promise<{ readonly change: MountFlagsChange; readonly applied: Applied }> {
    const [change] = flags.plan(await look(), params, new Map());
    if (change === undefined) throw new Error('nothing is planned');
    return { change, applied: await flags.apply(host(), change, params) };
  }

  it.each([
    ['no systemd', 'no-systemd', 'no-systemd'],
    ['no unit', 'no-unit', 'no-unit'],
    ['a read-only /etc', 'read-only', 'read-only'],
  ])('has a verdict, and plans and writes nothing: %s', async (_, file, verdict) => {
    layDockerUnit(sandbox.path, SLAVE);
    mark(file);
    const before = picture();
    const state = await look();
    expect(state.verdict?.name).toBe(verdict);
    const wish = flags.params.parse({ want: 'private', force: true });
    expect(flags.plan(state, wish, new Map())).toEqual([]);
    expect(flags.refusals?.(state, wish, new Map())).toMatchObject([{ what: 'docker.service' }]);
    expect(picture()).toEqual(before);
    // The same host as it usually is.
    rmSync(join(sandbox.path, file));
    expect(flags.plan(await look(), wish, new Map()).length).toBe(1);
  });

  it('has a verdict for a unit that is masked', async () => {
    layDockerUnit(sandbox.path, SLAVE);
    mark('load-state', 'masked\n');
    expect((await look()).verdict?.name).toBe('masked');
  });

  it('reads the numbers of an old systemd, and verifies by them', async () => {
    layDockerUnit(sandbox.path, SLAVE);
    mark('numbers');
    const before = await look();
    expect(before.facts.flags).toBe('slave');
    const { change, applied } = await applyFirst();
    expect(applied).toEqual({ kind: 'done' });
    const after = await look();
    expect(flags.verify(after, change, before)).toEqual({ kind: 'as-wanted' });
    expect(flags.verify(before, change, before).kind).toBe('not-yet');
  });

  it('writes nothing where what is there cannot be kept', async () => {
    layDockerUnit(sandbox.path, SLAVE);
    mark('lib/unbusy', 'no directory');
    const before = picture();
    expect((await applyFirst()).applied).toMatchObject({ kind: 'denied' });
    expect(picture()).toEqual(before);
  });

  it('says that the file is written if systemd does not read it, and the next run lets it', async () => {
    layDockerUnit(sandbox.path, SLAVE);
    const systemctl = join(sandbox.path, 'bin/systemctl');
    const real = readFileSync(systemctl, 'utf8');
    writeFileSync(systemctl, real.replace('daemon-reload) ', 'daemon-reload) exit 1; '));
    chmodSync(systemctl, 0o755);
    const { change, applied } = await applyFirst();
    expect(applied).toMatchObject({ kind: 'denied', why: expect.stringContaining('the file is written') });
    const between = await look();
    expect(flags.verify(between, change, between)).toMatchObject({ kind: 'not-yet' });
    writeFileSync(systemctl, real);
    const plan = flags.plan(await look(), params, new Map());
    expect(plan.map(({ id }) => id)).toEqual(['daemon-reload']);
    for (const each of plan) {
      expect(await flags.apply(host(), each, params)).toMatchObject({ kind: 'done' });
      expect(flags.verify(await look(), each, between)).toEqual({ kind: 'as-wanted' });
    }
    expect(flags.plan(await look(), params, new Map())).toEqual([]);
  });

  it('is unknown where the matrix cannot decide, and a scan tells that without failing', async () => {
    const unit = '[Service]\nExecStart=/usr/bin/dockerd -H fd://\nMountFlags=slave\n';
    layDockerUnit(sandbox.path, { unit });
    const seen = await flags.observe(host(), params);
    expect(seen).toMatchObject({
      kind: 'unknown',
      error: { code: 'E_UNKNOWN', message: expect.stringContaining('who starts containerd') },
    });
    const scanned = await dockerCausesLook.observe(host(), {});
    if (scanned.kind === 'unknown') throw scanned.error;
    expect(dockerCausesLook.findings?.(scanned.state)).toMatchObject([
      { kind: 'cause', data: { row: 'own-containerd-set', decision: 'unknown' } },
    ]);
    expect(dockerCausesLook.plan(scanned.state, {}, new Map())).toEqual([]);
  });

  it('scans a host without Docker, and one whose answers do not come', async () => {
    layDockerUnit(sandbox.path, { unit: packagedUnit(), version: undefined });
    mark('no-unit');
    const bare = await dockerCausesLook.observe(host(), {});
    expect(bare.kind === 'known' && dockerCausesLook.findings?.(bare.state)).toEqual([]);
    const lost = new ShellHost({ name: 'none', command: ['/bin/false'], path: '/bin' });
    const unseen = await dockerCausesLook.observe(lost, {});
    expect(unseen).toMatchObject({ kind: 'known', gaps: [{ what: 'docker.service' }] });
    expect(unseen.kind === 'known' && dockerCausesLook.findings?.(unseen.state)).toMatchObject([
      { kind: 'cause', data: { decision: 'unknown' } },
    ]);
  });
});
