import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalLink } from '../../../src/connection/local.ts';
import type { Session } from '../../../src/connection/session.ts';
import { openShellSession } from '../../../src/connection/shell-session.ts';
import { askDockerApi } from '../../../src/programs/docker-api.ts';
import { directoryOfFile } from '../../support/directory-of-file.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';
import { API_SERVER, type ApiMode, listening } from '../../support/stand-in-api.ts';

const TOOLS = ['perl', 'curl', 'python3', 'nc', 'no tool'] as const;
type Tool = (typeof TOOLS)[number];

/** What the program needs besides; a shell of busybox brings its own. */
const ALWAYS = ['sh', 'awk', 'sed', 'head', 'tr', 'grep', 'sleep'];

/** No nc with -U is among the packages that tests may ask for: perl plays one, with the words of OpenBSD's. */
const NC = `#!/bin/sh
case $1 in -h) echo 'usage: nc [-46CDdFhklNnrStUuvZz]' >&2; exit 1 ;; esac
exec "$PERL" -MIO::Socket::UNIX -e '
  my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $ARGV[0]) or exit 1;
  print $s $_ while <STDIN>; $s->flush; $| = 1; while (sysread($s, my $part, 65536)) { print $part }' "$2"
`;

const find = (name: string) => execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
/** Of the system, and not one of somebody's version manager, which would need half of the PATH. */
const system = (name: string) => [`/usr/bin/${name}`, `/bin/${name}`].find((file) => existsSync(file));

const boxes = Object.fromEntries(
  TOOLS.map((tool) => [
    tool,
    directoryOfFile('unbusy-tools-', (path) => {
      for (const name of ALWAYS) symlinkSync(realpathSync(find(name)), join(path, name));
      if (tool === 'nc')
        writeFileSync(join(path, tool), NC.replace('$PERL', system('perl') ?? 'perl'), { mode: 0o755 });
      else if (tool !== 'no tool') symlinkSync(system(tool) ?? tool, join(path, tool));
    }),
  ]),
) as Record<Tool, string>;

const SHELLS = shellKinds().map((shell): ShellKind & { readonly own: string } => ({
  ...shell,
  own: shell.name === 'busybox' ? `:${shell.path}` : '',
}));
const missing = ['curl', 'python3'].filter((tool) => system(tool) === undefined);
if (missing.length > 0)
  process.stderr.write(`the Docker API: not tried by ${missing.join(', ')}, not on this machine\n`);

// The shell of busybox takes its own nc before any other.
const CASES = SHELLS.flatMap((shell) =>
  TOOLS.filter((tool) => !missing.includes(tool) && !(tool === 'nc' && shell.name === 'busybox')).map((tool) => ({
    ...{ shell, tool },
    name: `${tool} under ${shell.name}`,
  })),
);

let sandbox: ReturnType<typeof makeSandbox>;
let socket: string;
const servers: ChildProcess[] = [];

beforeEach(() => {
  sandbox = makeSandbox();
  socket = join(sandbox.path, 'api.sock');
});
afterEach(async () => {
  await endServers();
  sandbox.remove();
});

async function endServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }
}

async function serve(mode: ApiMode): Promise<void> {
  // One at a time: what listens already would be taken for the next.
  await endServers();
  servers.push(spawn('perl', [API_SERVER, mode, socket], { stdio: 'ignore' }));
  await listening(socket);
}

const ask = (host: Session, paths: readonly string[] = ['/_ping', '/version'], mostBytes = 100_000) =>
  askDockerApi(host, { socket, paths, deadlineMs: 1000, mostBytes });

describe.each(CASES)('the Docker API by $name', ({ shell, tool }) => {
  let host: ShellHost;
  beforeEach(() => {
    host = new ShellHost({ ...shell, path: boxes[tool] + shell.own });
  });

  it.skipIf(tool === 'no tool')('answers each question, whatever bytes are in the answer', async () => {
    await serve('answer');
    const look = await ask(host, ['/_ping', '/version', '/odd', '/no-such-path']);
    if (look.kind === 'unknown') throw look.error;
    expect(look.way).toBe(tool);
    expect(look.answers.map((answer) => (answer.kind === 'answered' ? [answer.status, answer.body] : answer))).toEqual([
      [200, 'OK'],
      [200, expect.stringMatching(/^\{"Version":"20\.10\.24\+dfsg1",.*\}$/)],
      [200, 'tab\there, back\\slash, two\n\nlines'],
      [404, expect.stringContaining('not found')],
    ]);
  });

  it.skipIf(tool === 'no tool')('is silent if it takes connections and never answers; nobody asks again', async () => {
    await serve('silent');
    const look = await ask(host);
    expect(look).toMatchObject({ kind: 'known', answers: [{ kind: 'silent' }] });
  });

  it.skipIf(tool === 'no tool')('is no API if it hangs up, or says what is no HTTP', async () => {
    for (const mode of ['empty', 'garbage'] as const) {
      await serve(mode);
      expect(await ask(host), mode).toMatchObject({ kind: 'known', answers: [{ kind: 'garbled' }] });
    }
  });

  it.skipIf(tool === 'no tool')('is cut if its answer has no end', async () => {
    await serve('huge');
    const look = await ask(host, ['/_ping']);
    if (look.kind === 'unknown') throw look.error;
    const [answer] = look.answers;
    if (answer?.kind !== 'answered') throw new Error(JSON.stringify(answer));
    expect(answer.cut).toBe(true);
    expect(answer.body.length).toBeGreaterThan(50_000);
    expect(answer.body.length).toBeLessThan(100_000);
  });

  it('is told from a socket that nobody listens on, and from none', async () => {
    expect(await ask(host)).toMatchObject({ answers: [{ kind: 'absent' }] });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    // A file of a socket stays behind if nobody takes it away.
    symlinkSync(socket, `${socket}.kept`);
    execFileSync('ln', [socket, `${socket}.left`]);
    await new Promise((resolve) => server.close(resolve));
    const left = await askDockerApi(host, { ...QUESTION, socket: `${socket}.left` });
    expect(left).toMatchObject({ answers: [{ kind: tool === 'no tool' ? 'not-asked' : 'refused' }] });
  });

  it.runIf(tool === 'no tool')('names what is missing', async () => {
    await serve('answer');
    const look = await ask(host);
    expect(look).toMatchObject({ answers: [{ kind: 'not-asked', why: expect.stringContaining('perl') }] });
  });
});

const QUESTION = { paths: ['/_ping'], deadlineMs: 1000, mostBytes: 1000 };

describe('the Docker API over the session itself', () => {
  let session: Session;
  beforeEach(async () => {
    const opened = await openShellSession(openLocalLink('here'));
    if (!opened.ok) throw opened.error;
    session = opened.session;
  });
  afterEach(() => session.close());

  it.each([
    ['answer', { kind: 'answered', status: 200, body: 'OK' }],
    ['silent', { kind: 'silent', afterMs: 1000 }],
    ['empty', { kind: 'garbled' }],
    ['garbage', { kind: 'garbled' }],
    ['huge', { kind: 'answered', cut: true }],
  ] as const)('%s', async (mode, answer) => {
    await serve(mode);
    expect(await ask(session, ['/_ping'], 1000)).toMatchObject({ way: 'socket', answers: [answer] });
  });

  it('asks a program to learn why there is no connection', async () => {
    expect(await ask(session)).toMatchObject({
      way: expect.not.stringMatching(/socket/),
      answers: [{ kind: 'absent' }],
    });
  });
});
