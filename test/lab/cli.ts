import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canRunLab } from './can-run.ts';
import type { HostOptions } from './host-options.ts';
import { openLab } from './lab.ts';
import { type Seat, seatOf } from './seat.ts';

const USAGE = `lab up [NAME[:legacy][:child][:live-restore][:slave|:private|:shared]]...   brings hosts up until ^C
lab ssh NAME [COMMAND]                                                     logs in on one of them
lab down [SEAT]                                                            ends a lab that runs elsewhere`;

/** Reads "a:legacy:child" as host options. */
function parseHost(word: string): HostOptions {
  const [name = '', ...traits] = word.split(':');
  const flags = (['slave', 'private', 'shared'] as const).find((flag) => traits.includes(flag));
  return {
    name,
    topology: traits.includes('child') ? 'child' : 'own-service',
    legacyRmdir: traits.includes('legacy'),
    liveRestore: traits.includes('live-restore'),
    ...(flags ? { mountFlags: flags } : {}),
  };
}

async function up(words: readonly string[]): Promise<void> {
  const ability = canRunLab();
  if (!ability.ok) throw new Error(ability.why);
  const lab = await openLab();
  const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    const hosts = await Promise.all((words.length > 0 ? words : ['a']).map((word) => lab.host(parseHost(word))));
    for (const host of hosts) {
      const { address, keyFile, knownHostsFile } = host.access;
      console.log(`${host.name}: ssh -i ${keyFile} -o UserKnownHostsFile=${knownHostsFile} root@${address}`);
    }
    console.log(`up in seat ${lab.seat.number}; ^C ends them`);
    await stop;
  } finally {
    await lab.close();
  }
}

async function ssh(name: string, command: readonly string[]): Promise<number> {
  const [socket, other] = seatsUp()
    .map((seat) => seat.socket(name))
    .filter(existsSync);
  if (socket === undefined) throw new Error(`no lab host ${name} is up`);
  if (other !== undefined) throw new Error(`a lab host ${name} is up twice: ${socket} and ${other}`);
  const child = spawn('ssh', ['-o', `ControlPath=${socket}`, 'root@lab', ...command], { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

function seatsUp(): readonly Seat[] {
  const numbers = readdirSync('/var/lib').flatMap((name) => /^unbusy-lab-(\d+)$/.exec(name)?.[1] ?? []);
  return numbers.map((number) => seatOf(Number(number)));
}

function down(number: string | undefined): void {
  const [seat, other] = seatsUp().filter((each) => number === undefined || each.number === Number(number));
  if (seat === undefined) throw new Error('no such lab is up');
  if (other !== undefined) throw new Error(`labs are up in the seats ${seat.number} and ${other.number}: say which`);
  process.kill(Number(readFileSync(join(seat.dir, 'keeper.pid'), 'utf8')), 'SIGTERM');
}

async function main([command, ...words]: readonly string[]): Promise<number> {
  if (command === 'up') await up(words);
  else if (command === 'ssh' && words[0]) return ssh(words[0], words.slice(1));
  else if (command === 'down') down(words[0]);
  else throw new Error(USAGE);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
