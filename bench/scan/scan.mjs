// What one look at all mount namespaces of a host costs, next to the same reading in C++ and to what people type.
// Each namespace has mounts of its own besides the copies, so that no table is like another.
// Usage, as root: node bench/scan/scan.mjs [NAMESPACES MOUNTS PROCESSES] [ROUNDS]. Needs cc and c++; leaves nothing behind.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const sizes =
  process.argv.length > 4
    ? [process.argv.slice(2, 5).map(Number)]
    : [
        [20, 100, 500],
        [200, 500, 3000],
      ];
const rounds = Number(process.argv[5] ?? 7);
const token = `${'f'.repeat(63)}a`;
const work = mkdtempSync(join(tmpdir(), 'unbusy-bench-'));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
/** CPU milliseconds of ended children so far, in ticks of 10 ms (proc_pid_stat(5), fields 16 and 17). */
const childrenCpu = () => {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
};
const forks = () => Number(/^processes (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))[1]);
const which = (name) => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();

function build() {
  execFileSync('cc', ['-O2', '-o', join(work, 'bed'), join(here, 'bed.c')]);
  execFileSync('c++', ['-O2', '-o', join(work, 'reference'), join(here, 'reference.cc')]);
  const programs = join(here, '../../src/programs');
  const text = ['proc-tasks.sh', 'scan-mounts.sh'].map((name) => readFileSync(join(programs, name), 'utf8')).join('\n');
  writeFileSync(
    join(work, 'scan.sh'),
    `LC_ALL=C; export LC_ALL\nscan() {\n${text}\n}\n( scan "token=$1" ) </dev/null\n`,
  );
}

/** A directory with one awk, or with all of busybox. */
function tools(name) {
  const directory = join(work, name);
  mkdirSync(directory);
  if (name !== 'busybox') symlinkSync(which(name), join(directory, 'awk'));
  else for (const each of ['awk', 'stat', 'xargs', 'sh']) symlinkSync(which('busybox'), join(directory, each));
  return `${directory}:${process.env.PATH}`;
}

function ways() {
  const list = [['C++, the same reading', [join(work, 'reference'), token], process.env.PATH, rounds]];
  for (const awk of ['mawk', 'gawk']) {
    if (which(awk)) list.push([`scan-mounts, sh and ${awk}`, ['sh', join(work, 'scan.sh'), token], tools(awk), rounds]);
  }
  if (which('busybox'))
    list.push([
      'scan-mounts, all busybox',
      [which('busybox'), 'sh', join(work, 'scan.sh'), token],
      tools('busybox'),
      rounds,
    ]);
  list.push([
    'find /proc/*/mounts | xargs grep',
    ['sh', '-c', `find /proc/*/mounts | xargs grep ${token}`],
    process.env.PATH,
    2,
  ]);
  return list;
}

async function bed(size) {
  mkdirSync(join(work, 'top'), { recursive: true });
  const child = spawn(join(work, 'bed'), [...size.map(String), token, join(work, 'top')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((done, fail) => {
    child.stdout.on('data', done);
    child.on('exit', (code) => fail(new Error(`the bed ended with ${code}`)));
  });
  return async () => {
    const gone = new Promise((done) => child.on('exit', done));
    child.stdin.end();
    await gone;
  };
}

function run([name, [file, ...args], PATH]) {
  const before = forks();
  const cpuBefore = childrenCpu();
  const start = process.hrtime.bigint();
  const result = spawnSync(file, args, { env: { ...process.env, PATH }, maxBuffer: 1 << 28, encoding: 'latin1' });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  const cpu = childrenCpu() - cpuBefore;
  const count = forks() - before - 1;
  const found = new Set(
    result.stdout
      .split('\n')
      .filter((line) => line.includes(token))
      .map((line) => line.split(/[\s]/)[0]),
  ).size;
  if (found === 0) throw new Error(`${name} found nothing: ${result.stderr}`);
  return { ms, cpu, forks: count };
}

async function measure(size, list) {
  const close = await bed(size);
  const times = new Map(list.map(([name]) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const way of list) if (round < way[3]) times.get(way[0]).push(run(way));
    }
  } finally {
    await close();
  }
  const first = times.get(list[0][0]);
  const base = median(first.map((each) => each.ms));
  const baseCpu = median(first.map((each) => each.cpu)) || 1;
  console.log(`\n${size[0]} namespaces of ${size[1]} mounts, ${size[2]} processes; ${cpus().length} cores, medians\n`);
  console.log('| way | ms | against C++ | CPU ms | against C++ | forks |\n|---|---|---|---|---|---|');
  for (const [name, all] of times) {
    const ms = median(all.map((each) => each.ms));
    const cpu = median(all.map((each) => each.cpu));
    const fewest = Math.min(...all.map((each) => each.forks));
    const ratios = [ms / base, cpu / baseCpu].map((ratio) => ratio.toFixed(2));
    console.log(`| ${name} | ${ms.toFixed(0)} | ${ratios[0]} | ${cpu} | ${ratios[1]} | ${fewest} |`);
  }
}

try {
  build();
  const list = ways();
  for (const size of sizes) await measure(size, list);
} finally {
  rmSync(work, { recursive: true, force: true });
}
