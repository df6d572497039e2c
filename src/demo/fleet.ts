import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNamespaceHost } from './namespace-host.ts';
import recorded from './recorded-fleet.json' with { type: 'json' };
import { type RecordedFleet, RecordedHost } from './recorded-host.ts';
import { type DemoScene, SCENES } from './scenes.ts';
import { type DemoCommand, type DemoServer, newKeyPair, startDemoServer } from './ssh-server.ts';

/** A fleet that runs until `stop`; afterwards nothing of it is left on this machine. */
export interface DemoFleet {
  /** An inventory in YAML, and the file that holds it. */
  readonly inventoryText: string;
  readonly inventoryFile: string;
  /** Path of a known_hosts file with the keys of these hosts, and no others. */
  readonly knownHosts: string;
  /** Path of an ssh_config to use in place of the user's own, which could lead 127.0.0.1 elsewhere. */
  readonly sshConfigFile: string;
  /** Path of the private key that the hosts let in. */
  readonly identityFile: string;
  /** What is real here and what is not: a few lines, to be read before anything else. */
  readonly description: string;
  /** Ends every process and server of the fleet and removes its files; may be called twice. */
  stop(): Promise<void>;
}

/** What is behind one server: a host of namespaces, or a recorded one. */
export interface DemoHost {
  start(commandLine: string): DemoCommand;
  stop(): Promise<void>;
}

/** A host for each scene, in their order, and what to say of them. */
export interface DemoHosts {
  readonly hosts: readonly DemoHost[];
  readonly description: string;
}

/**
 * Starts the hosts and a server for each, on free ports of 127.0.0.1. `startHosts` gets a directory for what it needs;
 * by default the hosts are made of namespaces where this machine lets us, and recorded ones elsewhere.
 */
export async function startDemoFleet(
  startHosts: (scratch: string) => Promise<DemoHosts> = startBestHosts,
): Promise<DemoFleet> {
  const scratch = mkdtempSync(join(tmpdir(), 'unbusy-demo-'));
  const removeScratch = () => rmSync(scratch, { recursive: true, force: true });
  // The hosts end with our end of their stdin, whatever happens to us; the files are ours to remove.
  process.once('exit', removeScratch);
  const hosts: DemoHost[] = [];
  const servers: DemoServer[] = [];
  const stop = async () => {
    for (const server of servers.splice(0)) server.close();
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
    removeScratch();
    process.removeListener('exit', removeScratch);
  };
  try {
    const started = await startHosts(scratch);
    hosts.push(...started.hosts);
    const user = newKeyPair('unbusy demo');
    const identityFile = join(scratch, 'id_ed25519');
    writeFileSync(identityFile, user.private, { mode: 0o600 });
    const known: string[] = [];
    for (const host of hosts) {
      const hostKey = newKeyPair('');
      const server = await startDemoServer({ hostKey, userKey: user.public, start: (line) => host.start(line) });
      servers.push(server);
      known.push(`[127.0.0.1]:${server.port} ${hostKey.public.trim()}\n`);
    }
    const knownHosts = join(scratch, 'known_hosts');
    writeFileSync(knownHosts, known.join(''));
    const inventoryText = inventory(SCENES, servers, identityFile);
    const inventoryFile = join(scratch, 'hosts.yml');
    writeFileSync(inventoryFile, inventoryText);
    const sshConfigFile = join(scratch, 'ssh_config');
    writeFileSync(sshConfigFile, sshConfig(knownHosts));
    const { description } = started;
    return { inventoryText, inventoryFile, knownHosts, sshConfigFile, identityFile, description, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startBestHosts(scratch: string): Promise<DemoHosts> {
  const real = await startNamespaceHosts(scratch);
  return 'why' in real ? startRecordedHosts(recorded, real.why) : real;
}

/** Hosts of real namespaces, or why this machine does not let us make them. */
export async function startNamespaceHosts(scratch: string): Promise<DemoHosts | { readonly why: string }> {
  if (process.platform !== 'linux') return { why: `this is ${process.platform}, and mount namespaces are of Linux` };
  const started = await Promise.all(
    SCENES.map((scene) => {
      const directory = join(scratch, scene.host);
      mkdirSync(directory);
      return startNamespaceHost(scene, directory);
    }),
  );
  const hosts = started.flatMap((each) => (each.ok ? [each.host] : []));
  const failed = started.find((each) => !each.ok);
  if (failed === undefined) return { hosts, description: describeReal(hosts[0]?.layers ?? '') };
  await Promise.all(hosts.map((host) => host.stop()));
  return { why: failed.why };
}

/** Hosts that answer as those did that were recorded. */
export function startRecordedHosts(fleet: RecordedFleet, why: string): DemoHosts {
  const hosts = SCENES.map(({ host }) => new RecordedHost(fleet.hosts[host] ?? []));
  const description = [
    `${SCENES.length} recorded hosts: an SSH server each on 127.0.0.1 that answers as a host of namespaces did (${fleet.from}).`,
    'Real: SSH, and everything that unbusy does on this side. Not real: the hosts and their mounts.',
    `Why not real ones: ${why}.`,
  ].join('\n');
  return { hosts, description };
}

function describeReal(layers: string): string {
  const how = process.getuid?.() === 0 ? 'as root' : 'in user namespaces, as you';
  return [
    `${SCENES.length} hosts on this machine: an SSH server each on 127.0.0.1, with mount, pid and cgroup namespaces of its own (${how}).`,
    `Real: namespaces, processes, ${layers} mounts, the leaks in them, SSH, and everything that unbusy does.`,
    'Not real: docker. A stand-in answers for it; it refuses to remove a container whose root is mounted anywhere,',
    "as Docker on a kernel before 3.18 does. Where the kernel is spoken of, this machine's own is meant.",
    'Nothing outside these namespaces is touched.',
  ].join('\n');
}

function inventory(scenes: readonly DemoScene[], servers: readonly DemoServer[], identityFile: string): string {
  const hosts = scenes.map(({ host, vars = '' }, index) => `    ${host}: { port: ${servers[index]?.port}${vars} }\n`);
  return [
    'all:\n',
    '  vars:\n',
    '    address: 127.0.0.1\n',
    '    user: root\n',
    '    transport: ssh\n',
    `    identity_file: ${JSON.stringify(identityFile)}\n`,
    '  hosts:\n',
    ...hosts,
  ].join('');
}

function sshConfig(knownHosts: string): string {
  return [
    'Host *',
    `  UserKnownHostsFile "${knownHosts}"`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '  IdentitiesOnly yes',
    '',
  ].join('\n');
}
