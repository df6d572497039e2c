import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listServices } from '../../../src/programs/list-services.ts';
import { CAN_UNSHARE } from '../../support/can-unshare.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

/** As systemd 252 prints it; properties come in an order of its own. */
const ANSWER = `Type=notify
ActiveState=active
SubState=running
MainPID=812
ExecMainStartTimestampMonotonic=10330
NeedDaemonReload=no
Id=nginx.service

Type=simple
ActiveState=failed
SubState=failed
MainPID=0
ExecMainStartTimestampMonotonic=77
NeedDaemonReload=yes
Id=odd\\x2dname@1.service

Type=oneshot
ActiveState=inactive
SubState=dead
MainPID=0
ExecMainStartTimestampMonotonic=0
NeedDaemonReload=no
Id=fstrim.service
`;

describe.runIf(CAN_UNSHARE).each(shellKinds())('list-services under $name', (shell) => {
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
    mkdirSync(join(sandbox.path, 'bin'));
    writeFileSync(join(sandbox.path, 'answer'), ANSWER);
  });
  afterEach(() => sandbox.remove());

  /** A host whose systemctl is a script of ours, with or without a systemd that runs it. */
  function hostWith(systemctl: string, booted = true): ShellHost {
    writeFileSync(join(sandbox.path, 'bin/systemctl'), `#!/bin/sh\n${systemctl}\n`, { mode: 0o755 });
    const setUp = `mount -t tmpfs none /run && ${booted ? 'mkdir -p /run/systemd/system' : ':'}; exec "$@"`;
    const command = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', setUp, 'sh', ...shell.command];
    return new ShellHost({ ...shell, command, path: `${join(sandbox.path, 'bin')}:${shell.path}` });
  }

  it('tells of every service that is not inactive, in one call', async () => {
    const asks = `[ "$*" = "$(echo "$*" | sed 's/ -- .*//') -- *.service" ] || exit 9; cat '${sandbox.path}/answer'`;
    expect(await listServices(hostWith(asks))).toEqual({
      kind: 'known',
      services: [
        {
          name: 'nginx.service',
          active: 'active',
          sub: 'running',
          type: 'notify',
          mainPid: 812,
          start: '10330',
          needsReload: false,
        },
        {
          name: 'odd\\x2dname@1.service',
          active: 'failed',
          sub: 'failed',
          type: 'simple',
          mainPid: 0,
          start: '77',
          needsReload: true,
        },
      ],
    });
  });

  it('knows that there is no systemd, and knows nothing where it does not answer', async () => {
    expect(await listServices(hostWith('exit 0', false))).toEqual({ kind: 'none' });
    expect(await listServices(hostWith('echo no bus >&2; exit 1'))).toMatchObject({
      kind: 'unknown',
      error: { code: 'E_UNKNOWN', message: expect.stringContaining('no bus') },
    });
  });
});
