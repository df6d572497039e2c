#!/usr/bin/env node
// Every test that can run here: `npm test`. With arguments, those are for vitest, and it runs once: `npm test -- -t 'a title'`.
// The lab waits most of its time, so it runs beside unit and contract tests, and is shown when they are through; tests that look
// at every mount namespace of the machine run alone after both. The last line counts all. Exit: 0 if all that ran passed.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
// As many labs at a time as keep two processors busy; another's end is waited for.
const env = { UNBUSY_LAB_SEATS: '1 2 3', UNBUSY_LAB_WAIT: '300', ...process.env };
// Nothing here asks a server for its certificate; where a machine names more of them, each Node would read them all at its start.
delete env.NODE_EXTRA_CA_CERTS;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const running = new Set();

/** Runs vitest over some projects; `output` is a file descriptor, or 'inherit'. Gives its exit number, null after a signal. */
function run(projects, report, output) {
  const words = projects.map((name) => `--project=${name}`);
  const argv = [vitest, 'run', ...words, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // A process group of its own, so that one signal ends its workers too.
  const child = spawn(process.execPath, argv, { cwd: root, env, detached: true, stdio: ['ignore', output, output] });
  running.add(child);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
}

function countsOf({ numPassedTests, numFailedTests, numPendingTests }) {
  return [numPassedTests, numFailedTests, numPendingTests];
}

/** Once more below everything, where whoever sees only the end of a log looks: each test that failed, and the first line of why. */
function failuresOf({ testResults }) {
  const nameOf = ({ name }) => relative(root, name);
  return testResults.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    const tests = failed.map((test) => `${test.fullName}: ${firstLine(test.failureMessages.join('\n'))}`);
    const whole =
      file.status === 'failed' && (file.message !== '' || failed.length === 0) ? [firstLine(file.message)] : [];
    return [...whole, ...tests].map(
      (why) => `${nameOf(file)}: ${why || 'a hook of it, or the file itself; see above'}`,
    );
  });
}

function firstLine(text) {
  return text.split('\n', 1)[0];
}

async function everything(folder) {
  const report = (name) => join(folder, `${name}.json`);
  const shown = openSync(join(folder, 'lab.out'), 'w');
  const lab = run(['lab'], report('lab'), shown);
  const exits = [await run(['unit', 'contract'], report('first'), 'inherit'), await lab];
  closeSync(shown);
  exits.push(await run(['contract-machine'], report('machine'), 'inherit'));
  process.stdout.write(`\n${readFileSync(join(folder, 'lab.out'), 'utf8')}`);
  const reports = ['first', 'lab', 'machine'].map((name) => JSON.parse(readFileSync(report(name), 'utf8')));
  const counts = reports.map(countsOf);
  const [passed, failed, skipped] = [0, 1, 2].map((index) => counts.reduce((sum, each) => sum + each[index], 0));
  // A file that could not be loaded counts no test: the exit number knows of it.
  const troubled = failed === 0 && exits.some((code) => code !== 0) ? 1 : failed;
  const failures = reports.flatMap(failuresOf);
  if (troubled > 0 && failures.length === 0) failures.push('no test; something outside of them, see above');
  for (const failure of failures) process.stdout.write(`\nFAILED: ${failure}\n`);
  process.stdout.write(`\n${passed} passed, ${troubled} failed, ${skipped} skipped\n`);
  return troubled === 0 && passed > 0 ? 0 : 1;
}

const packages = spawnSync(join(root, 'scripts/lab-packages'), { stdio: 'inherit' });
if (packages.status !== 0) process.exit(packages.status ?? 1);
const words = process.argv.slice(2);
if (words.length > 0) {
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...words], { cwd: root, env, stdio: 'inherit' });
  process.exit(status ?? 1);
}
const folder = mkdtempSync(join(tmpdir(), 'unbusy-tests-'));
for (const signal of signals) {
  process.once(signal, () => {
    for (const { pid } of running) process.kill(-pid, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
}
try {
  process.exitCode = await everything(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
