// Writes V8's compiled form of a bundle, the first argument, beside it. V8 compiles a function when it is first called, and keeps what
// is compiled then; so a run is made before, over SSH on loopback, of what a fleet run does: connect, look, change, prove.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { type DemoHost, startDemoFleet } from '../src/demo/fleet.ts';
import { SCENES } from '../src/demo/scenes.ts';
import { commandOf } from '../src/demo/ssh-server.ts';

/** Longer than any run takes; a machine that hangs then has no worse than a slower start. */
const LONGEST_MS = 20_000;

/** Each file in a folder of the fleet's own, which is removed with it. */
const playbook = (folder: string) => `- name: warm-up
  hosts: all
  vars: { folder: ${JSON.stringify(folder)} }
  tasks:
    - name: file
      file_content: { path: "{{ folder }}/{{ host }}", content: "a line\\n", mode: "0644" }
      register: written
    - name: folder
      file_state: { path: "{{ folder }}/{{ host }}.d", state: directory, mode: "0750" }
      when: written.changed
    - name: command
      command: { argv: [uname, -r], changed_when: "false" }
    - name: check
      assert: { that: ["facts.kernel != ''"] }
`;

/** This machine, as the user who builds; each shell with a session of its own, as sshd gives it. */
const here: DemoHost = {
  start: (line) => commandOf(spawn('/bin/sh', ['-c', line], { stdio: 'pipe', detached: true })),
  stop: async () => {},
};

async function main(file: string): Promise<void> {
  const script = new Script(readFileSync(file, 'latin1'), { filename: file });
  const run: (require: NodeJS.Require, file: string, folder: string) => void = script.runInThisContext();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  const argv = await warmUp();
  // After what removes the fleet's folder, so that this happens also if there is no room for the compiled form.
  process.on('exit', (code) => {
    if (code !== 0) tell(`the run that warms it up ended with exit ${code}${said === '' ? '' : ` (${said})`}`);
    process.exitCode = 0;
    writeFileSync(`${file}.cache.new`, script.createCachedData());
    renameSync(`${file}.cache.new`, `${file}.cache`);
  });
  process.argv = [process.execPath, file, ...argv];
  process.stdout.write = swallow;
  process.stderr.write = swallow;
  run(createRequire(file), file, dirname(file));
}

/** The words of a run over SSH to this machine; of one that connects to nothing, where there is no ssh to ask for its settings. */
async function warmUp(): Promise<string[]> {
  // Nothing of the builder's: no agent, no settings, no known_hosts.
  for (const name of Object.keys(process.env)) if (/^(UNBUSY_|SSH_AUTH_SOCK$)/.test(name)) delete process.env[name];
  setTimeout(() => {
    tell(`the run that warms it up did not end within ${LONGEST_MS / 1000} s`);
    process.exit();
  }, LONGEST_MS).unref();
  let folder = '';
  const fleet = await startDemoFleet(async (scratch) => {
    folder = scratch;
    return { hosts: SCENES.map(() => here), description: '' };
  }).catch((error: Error) => tell(error.message));
  if (fleet === undefined) return ['--version'];
  const file = join(folder, 'warm-up.yml');
  writeFileSync(file, playbook(folder));
  const words = ['run', file, '-i', fleet.inventoryFile, '--run-dir', join(folder, 'runs'), '--host-keys', 'strict'];
  const asked = spawnSync('ssh', ['-V'], { stdio: 'ignore' });
  if (asked.error === undefined) return [...words, '--ssh-config', fleet.sshConfigFile];
  tell('there is no ssh here');
  return [...words, '--list-tasks'];
}

const stderr = process.stderr.write.bind(process.stderr);
/** The last line that the run wrote. */
let said = '';

/** No reason to fail: what is not compiled now is compiled at each start. */
function tell(why: string): undefined {
  stderr(`unbusy will start a little slower: ${why}.\n`);
}

function swallow(text: unknown, ...rest: unknown[]): boolean {
  said = String(text).trimEnd().split('\n').at(-1) || said;
  for (const each of rest) if (typeof each === 'function') each();
  return true;
}

void main(process.argv[2] ?? '');
