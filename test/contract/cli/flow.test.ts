import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleInto } from '../../support/bundle.ts';
import { hasSshd, startSshd } from '../../support/loopback-sshd.ts';

if (!hasSshd) console.warn('NOT TESTED here: a play whose link is cut, for want of sshd or ssh.');

let folder: string;
let bundle: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-flow-'));
  bundle = await bundleInto(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Ends the sshd that this command was started by, so that the link is cut under it. */
const CUT =
  'pid=$$; while [ "$pid" -gt 1 ]; do case $(cat /proc/$pid/comm) in sshd*) kill -9 "$pid"; sleep 5;; esac; ' +
  'while read -r key value; do [ "$key" = PPid: ] && pid=$value; done </proc/$pid/status; done';

/** A change that calls for a handler, and then a block whose one task is this command. */
function playbook(name: string, argv: readonly string[], timeout: string): string {
  const command = (words: readonly string[], changed: boolean) =>
    `command: { argv: ${JSON.stringify(words)}, changed_when: ${changed} }`;
  const text = [
    '- hosts: all',
    '  tasks:',
    `    - { name: change, ${command(['true'], true)}, notify: after }`,
    '    - block:',
    `        - { name: breaks, timeout: ${timeout}, ${command(argv, false)} }`,
    '      rescue:',
    `        - { name: mend, ${command(['test', '{{ failed_task.name }}', '=', 'breaks'], false)} }`,
    '      always:',
    `        - { name: tidy, ${command(['touch', at(`${name}-tidied`)], true)} }`,
    '  handlers:',
    `    - { name: after, ${command(['touch', at(`${name}-handled`)], true)} }`,
    '',
  ];
  writeFileSync(at(`${name}.yml`), text.join('\n'));
  return at(`${name}.yml`);
}

async function run(file: string, ...args: readonly string[]) {
  const env = { ...process.env, XDG_STATE_HOME: at('state') };
  const child = spawn(process.execPath, [bundle, 'run', file, '--color', 'never', ...args], { env });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, out };
}

describe('a play on a real session', () => {
  it('goes on in a new session after a task that took too long', async () => {
    const { code, out } = await run(playbook('late', ['sleep', '60'], '1s'), '-i', 'me,', '--transport', 'local');
    expect(out).toContain('rescued 1 me: breaks: E_DEADLINE');
    expect(code).toBe(0);
    expect([existsSync(at('late-tidied')), existsSync(at('late-handled'))]).toEqual([true, true]);
  });

  it.skipIf(!hasSshd)('leaves a host alone whose link was cut, and names the handler that did not run', async () => {
    const sshd = await startSshd();
    try {
      const file = playbook('cut', ['sh', '-c', CUT], '20s');
      writeFileSync(
        at('hosts.yml'),
        `all: { hosts: { a: { address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.keyFile} } } }\n`,
      );
      const { code, out } = await run(file, '-i', at('hosts.yml'), '--ssh-config', sshd.configFile);
      expect(out).toContain('handler did not run 1 a: after, notified by change (changed): the session');
      expect(code).toBe(9);
      expect([existsSync(at('cut-tidied')), existsSync(at('cut-handled'))]).toEqual([false, false]);
    } finally {
      await sshd.stop();
    }
  });
});
