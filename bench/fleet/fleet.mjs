// Times ten converged tasks over many hosts against what else is installed here, side by side and in turns.
// Usage: node bench/fleet/fleet.mjs [hosts,hosts,…] [rounds] [fast] [changes] [curve25519]; prints medians, and the ratios of ours to
// each: the median over the rounds, since a machine's pace changes from minute to minute, but hardly within a round.
// `fast` leaves out what takes minutes; `changes` adds the same work from a state where all must change; with `curve25519` the server
// takes that key exchange alone, as OpenSSH's client does by itself, so that all pay for the same one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openBed } from './bed.mjs';
import { converge, scatter, writeAnsible, writeOurs, writePyinfra, writeScript } from './workload.mjs';

const OURS = fileURLToPath(new URL('../../dist/unbusy.cjs', import.meta.url));
const has = (name) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** A plain environment: what a machine of its own adds (certificates that Node reads at each start, say) is not what is measured. */
const { PATH, HOME, USER, LANG = 'C.UTF-8' } = process.env;
const plain = { PATH, HOME, USER, LANG };

/** Wall seconds, CPU seconds of the process with its children, and peak resident MB of the largest one. */
function time(argv, options = {}) {
  const timed = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', '@@ %e %U %S %M', ...argv] : argv;
  const startedAt = process.hrtime.bigint();
  const run = spawnSync(timed[0], timed.slice(1), { encoding: 'utf8', maxBuffer: 1 << 28, env: plain, ...options });
  const wall = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const [, user = 0, system = 0, kilobytes = 0] = (/@@ (.*)/.exec(run.stderr)?.[1] ?? '').split(' ').map(Number);
  if (run.status !== 0)
    throw new Error(
      `${argv.join(' ')} ended with ${run.status}:\n${run.stderr.slice(-2000)}${run.stdout.slice(-2000)}`,
    );
  return { wall, cpu: user + system, megabytes: kilobytes / 1024 };
}

/** The tools that are here, each as a function from a bed to one timed run. */
function contestants(names) {
  const nodes = names.join(',');
  return [
    {
      name: 'unbusy, ten tasks',
      ours: true,
      changes: true,
      run: (bed) =>
        time([
          'node',
          OURS,
          'run',
          bed.at('w1.yml'),
          '-i',
          bed.at('inventory.yml'),
          '--ssh-config',
          bed.at('ssh_config'),
          '-f',
          '64',
          '-q',
          '--run-dir',
          bed.at('runs'),
        ]),
    },
    has('clush') && {
      name: 'clush true (64 wide)',
      run: (bed) => time(['clush', '-f', '64', '-o', `-F ${bed.at('ssh_config')}`, '-w', nodes, 'true']),
    },
    has('pdsh') && {
      name: 'pdsh true (64 wide)',
      run: (bed) =>
        time(['pdsh', '-R', 'ssh', '-f', '64', '-w', nodes, 'true'], {
          env: { ...plain, PDSH_SSH_ARGS_APPEND: `-F ${bed.at('ssh_config')}` },
        }),
    },
    {
      name: 'OpenSSH, one script (64 wide)',
      run: (bed) =>
        time(
          [
            'sh',
            '-c',
            'printf "%s\\n" "$@" | xargs -P 64 -I{} sh -c "ssh -F $BED/ssh_config {} /bin/sh -s {} <$BED/w1.sh >/dev/null"',
            'sh',
            ...names,
          ],
          { env: { ...plain, BED: bed.dir } },
        ),
    },
    has('ansible-playbook') && {
      name: 'ansible, forks 50, pipelining (one run)',
      changes: true,
      slow: true,
      run: (bed) =>
        time(['ansible-playbook', '-i', bed.at('inventory.ini'), bed.at('w1-ansible.yml')], {
          env: { ...plain, ANSIBLE_CONFIG: bed.at('ansible.cfg') },
        }),
    },
    has('pyinfra') && {
      name: 'pyinfra (64 wide)',
      changes: true,
      run: (bed) =>
        time(['pyinfra', '--yes', '--parallel', '64', bed.at('w1-hosts.py'), bed.at('w1-deploy.py')], { cwd: bed.dir }),
    },
  ].filter(Boolean);
}

/** Before each run, so that nobody pays for the sshd processes that the one before has left to end. */
const SETTLE_MS = 500;

const row = (cells) => `| ${cells.join(' | ')} |`;

/** One run of a tool. Another's that fails is named and takes no part any more; ours ends the benchmark. */
function sampled(tool, bed) {
  try {
    return tool.run(bed);
  } catch (error) {
    if (tool.ours) throw error;
    console.log(`\n${tool.name} is left out: ${error.message}`);
    tool.failed = true;
    return undefined;
  }
}

/** Each round begins with another tool, and every second one goes backwards, so that nobody mostly follows the same one. */
async function compare(hostCount, rounds, prepare, title, takesPart = () => true) {
  const bed = await openBed(hostCount, words.includes('curve25519') ? ['curve25519-sha256'] : undefined);
  try {
    writeOurs(bed);
    writeAnsible(bed);
    writePyinfra(bed);
    writeScript(bed);
    const tools = contestants(bed.names)
      .filter((tool) => !(tool.slow && words.includes('fast')) && takesPart(tool))
      .map((tool) => ({ ...tool, samples: new Map() }));
    for (let round = 0; round <= rounds; round++) {
      const turns = tools.map((_, place) => tools[(place + round) % tools.length]);
      for (const tool of round % 2 === 0 ? turns : turns.reverse()) {
        if (tool.failed || (tool.slow && round !== 1)) continue;
        prepare(bed);
        await sleep(SETTLE_MS);
        const sample = sampled(tool, bed);
        if (round > 0 && sample !== undefined) tool.samples.set(round, sample);
      }
    }
    const ours = tools.find((tool) => tool.ours).samples;
    console.log(`\n${title}, ${hostCount} hosts (${rounds} rounds in turns, median)\n`);
    console.log(row(['tool', 'wall s', 'ours / it', 'CPU ms a host', 'peak MB']));
    console.log(row(['---', '---', '---', '---', '---']));
    for (const { name, samples } of tools.filter((tool) => !tool.failed)) {
      const all = [...samples.values()];
      const ratio = median([...samples].map(([round, { wall }]) => ours.get(round).wall / wall));
      console.log(
        row([
          name,
          median(all.map((each) => each.wall)).toFixed(2),
          ratio.toFixed(3),
          ((median(all.map((each) => each.cpu)) * 1000) / hostCount).toFixed(1),
          median(all.map((each) => each.megabytes)).toFixed(0),
        ]),
      );
    }
  } finally {
    bed.close();
  }
}

const sizes = (process.argv[2] ?? '50,200').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 5);
const words = process.argv.slice(4);
console.log(`${cpus().length} cores, Node ${process.version}; controller and sshd share them, so only ratios travel.`);
for (const size of sizes) await compare(size, rounds, converge, 'W1, converged');
if (words.includes('changes'))
  for (const size of sizes) await compare(size, Math.min(rounds, 3), scatter, 'W2, all change', (tool) => tool.changes);
