import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planHosts } from '../../../src/connection/host-plan.ts';
import type { ChannelEnding, Link } from '../../../src/connection/link.ts';
import { SshDialer } from '../../../src/connection/ssh.ts';
import { localIdentity } from '../../../src/connection/ssh-config-output.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { isGoneWithin } from '../../support/process-groups.ts';
import { SshBed } from '../../support/ssh-bed.ts';
import { type SshServerOptions, SshTestServer } from '../../support/ssh-server.ts';

let bed: SshBed;
let server: SshTestServer;
let dialer: SshDialer;

beforeEach(() => {
  bed = new SshBed();
  bed.configure();
  dialer = new SshDialer(systemClock);
});
afterEach(async () => {
  dialer.close();
  await server.close();
  bed.remove();
});

async function link(options: SshServerOptions = {}): Promise<Link> {
  server = await SshTestServer.start({ authorized: [bed.key.public], ...options });
  bed.trust(server);
  const target = bed.target(server);
  const plans = await planHosts(
    [target],
    { askPassphrase: async () => undefined, sshConfigFile: bed.configFile },
    localIdentity({ PATH: process.env.PATH }),
  );
  const route = plans.get('web1')?.route;
  if (route === undefined) throw new Error('no route');
  const opened = await dialer.openLink(route, new AbortController().signal);
  if (!opened.ok) throw opened.error;
  return opened.value;
}

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly endings: ChannelEnding[];
}

async function run(to: Link, command: string, input?: string, during?: () => void): Promise<Ran> {
  const opened = await to.open(command);
  if (!opened.ok) throw opened.error;
  const { channel } = opened;
  let stdout = '';
  let stderr = '';
  const endings: ChannelEnding[] = [];
  channel.onStdout((chunk) => {
    stdout += chunk.toString();
    during?.();
  });
  channel.onStderr((chunk) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => channel.onEnd((ending) => resolve(void endings.push(ending))));
  if (input !== undefined) channel.write(input);
  if (during === undefined) channel.end();
  await ended;
  await sleep(20);
  return { stdout, stderr, endings };
}

describe('a channel', () => {
  it('gives both streams whole, and the exit number, once', async () => {
    const to = await link();
    const ran = await run(to, 'cat; echo oops >&2; exit 7', 'häuser\n');
    expect(ran).toEqual({ stdout: 'häuser\n', stderr: 'oops\n', endings: [{ code: 7 }] });
  });

  it('loses nothing of a large output or a large input', async () => {
    const to = await link();
    const big = await run(to, 'head -c 5000000 /dev/zero | tr "\\0" x; echo end >&2');
    expect([big.stdout.length, big.stderr, big.endings]).toEqual([5_000_000, 'end\n', [{ code: 0 }]]);
    const counted = await run(to, 'wc -c', 'y'.repeat(3_000_000));
    expect(counted.stdout.trim()).toBe('3000000');
  });

  it('tells a signal from an exit number', async () => {
    const to = await link();
    expect((await run(to, 'kill -TERM $$')).endings).toEqual([{ signal: 'SIGTERM' }]);
    expect((await run(to, 'exit 143')).endings).toEqual([{ code: 143 }]);
  });

  it('is lost, not ended, when the connection is cut in the middle', async () => {
    const to = await link();
    const ran = await run(to, 'echo begun; sleep 60; echo done', undefined, () => server.cut());
    expect(ran.stdout).toBe('begun\n');
    expect(ran.endings).toEqual([{ lost: expect.any(String) }]);
    expect(await to.open('true')).toMatchObject({ ok: false, error: { code: 'E_CHANNEL', host: 'web1' } });
  });

  it('of a connection that is cut leaves no process of its command behind', async () => {
    const to = await link();
    const ran = await run(to, 'echo $$; sleep 60; echo done', undefined, () => server.cut());
    expect(await isGoneWithin(Number(ran.stdout), 10_000)).toBe(true);
  });

  it('is refused beyond MaxSessions, and the first one goes on', async () => {
    const to = await link({ mostSessions: 1 });
    const first = await to.open('cat');
    expect(first.ok).toBe(true);
    expect(await to.open('true')).toMatchObject({ ok: false, error: { code: 'E_CHANNEL' } });
    if (!first.ok) return;
    const ended = new Promise((resolve) => first.channel.onEnd(resolve));
    first.channel.end();
    expect(await ended).toEqual({ code: 0 });
  });

  it('that is dropped ends without waiting for the server, and the link lives', async () => {
    const to = await link();
    const opened = await to.open('sleep 60');
    if (!opened.ok) throw opened.error;
    const endings: ChannelEnding[] = [];
    opened.channel.onEnd((ending) => endings.push(ending));
    opened.channel.destroy();
    await sleep(20);
    expect(endings).toEqual([{ lost: expect.any(String) }]);
    opened.channel.write('late');
    opened.channel.end();
    expect((await run(to, 'echo alive')).stdout).toBe('alive\n');
    expect(endings).toHaveLength(1);
  });
});
