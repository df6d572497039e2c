import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemdDropInModule } from '../../../src/modules/systemd-dropin/index.ts';
import type { DropInState } from '../../../src/modules/systemd-dropin/observe.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { laySystemd, layUnit, underSystemd } from '../../support/systemd-world.ts';

describe.runIf(CAN_UNSHARE).each(shellKinds())('a drop-in under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  let host: ShellHost;
  beforeEach(() => {
    sandbox = makeSandbox();
    laySystemd(sandbox.path);
    layUnit(sandbox.path, 'app.service', { MainPID: String(process.pid) });
    host = new ShellHost(underSystemd(shell, sandbox.path));
  });
  afterEach(() => sandbox.remove());
  const path = (name: string) => join(sandbox.path, name);
  const params = (given: object) =>
    systemdDropInModule.params.parse({ unit: 'app.service', name: '10-test.conf', ...given });
  const present = params({ settings: { Service: { Nice: 5 } } });

  async function look(given = present): Promise<DropInState> {
    const seen = await systemdDropInModule.observe(host, given);
    if (seen.kind === 'unknown') throw seen.error;
    return seen.state;
  }

  async function apply(given = present) {
    const [change] = systemdDropInModule.plan(await look(given), given, new Map());
    if (change === undefined) throw new Error('nothing to do');
    return systemdDropInModule.apply(host, change, given);
  }

  it('makes the directory, and removes it with the last drop-in', async () => {
    expect(await apply()).toMatchObject({ kind: 'done', note: 'app.service still runs as it was started before' });
    expect(readFileSync(path('etc/app.service.d/10-test.conf'), 'utf8')).toBe('[Service]\nNice=5\n');
    expect(await apply(params({ state: 'absent' }))).toMatchObject({ kind: 'done' });
    expect(readdirSync(path('etc'))).toEqual([]);
  });

  it('leaves the directory to other drop-ins', async () => {
    mkdirSync(path('etc/app.service.d'));
    writeFileSync(path('etc/app.service.d/theirs.conf'), '');
    await apply();
    await apply(params({ state: 'absent' }));
    expect(readdirSync(path('etc/app.service.d'))).toEqual(['theirs.conf']);
  });

  it('takes back what systemd cannot use the unit with, and only then', async () => {
    expect(await apply(params({ content: '[Service]\nBreaks=1\n' }))).toMatchObject({
      kind: 'denied',
      why: expect.stringMatching(/app\.service so: bad-setting; the drop-in was put back as it was$/),
    });
    expect(readdirSync(path('etc'))).toEqual([]);
    await apply();
    expect(await apply(params({ content: '[Service]\nBreaks=1\n' }))).toMatchObject({ kind: 'denied' });
    expect(readFileSync(path('etc/app.service.d/10-test.conf'), 'utf8')).toBe('[Service]\nNice=5\n');
    expect(systemdDropInModule.plan(await look(), present, new Map())).toEqual([]);
  });

  it('is not in effect yet while the unit runs as it was started before', async () => {
    expect(systemdDropInModule.unsettled?.(await look(), present)).toBeUndefined();
    await apply();
    expect(systemdDropInModule.unsettled?.(await look(), present)).toMatch(/^app\.service runs since before/);
    layUnit(sandbox.path, 'app.service', { MainPID: '0' });
    expect(systemdDropInModule.unsettled?.(await look(), present)).toBeUndefined();
  });

  it('keeps what the next start of docker.service depends on', async () => {
    layUnit(sandbox.path, 'docker.service');
    const docker = { ...present, unit: 'docker.service' };
    expect(await apply(docker)).toMatchObject({ kind: 'done' });
    expect(existsSync(path('lib/unbusy/undo/docker.service'))).toBe(true);
    await apply();
    expect(readdirSync(path('lib/unbusy/undo'))).toEqual(['docker.service']);
  });
});
