// Writes V8's compiled form of a bundle, the first argument, beside it. What a first look at a playbook calls is run once before, for
// V8 compiles a function when it is first called, and keeps what is compiled then.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const root = new URL('..', import.meta.url);
const file = process.argv[2];
const playbook = fileURLToPath(new URL('playbooks/sweep-dead.yml', root));

const script = new Script(readFileSync(file, 'latin1'), { filename: file });
process.argv = [process.execPath, file, 'run', playbook, '-i', 'localhost,', '--list-tasks'];
process.stdout.write = (_text, ...rest) => {
  rest.find((each) => typeof each === 'function')?.();
  return true;
};
process.on('exit', () => {
  writeFileSync(`${file}.cache.new`, script.createCachedData());
  renameSync(`${file}.cache.new`, `${file}.cache`);
});
script.runInThisContext()(createRequire(file), file, dirname(file));
