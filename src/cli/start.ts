import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

// Runs the bundle beside this file, which is ASCII. The build keeps V8's compiled form of it too, which spares a third of the start;
// V8 refuses a form that another Node made, and compiles anew. The build makes a CommonJS file of this one.

const file = join(__dirname, 'bundle.cjs');

function compiledForm(): Buffer | undefined {
  try {
    return readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

const cachedData = compiledForm();
const script = new Script(readFileSync(file, 'latin1'), {
  filename: file,
  ...(cachedData === undefined ? {} : { cachedData }),
});
// What V8 spends on optimising in the first seconds comes back only after hundreds of hosts, so it starts nine times as late. After
// the compiled form was taken, which is good for one set of flags only. Later releases of V8 were not tried.
if (['11', '12'].includes(process.versions.v8.split('.')[0] ?? '')) setFlagsFromString('--interrupt-budget=600000');
const run = script.runInThisContext() as (require: NodeJS.Require, file: string, folder: string) => void;
run(require, file, __dirname);
