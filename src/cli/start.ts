import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

// Runs the bundle beside this file. The build keeps V8's compiled form of it too, which spares a third of the start;
// V8 refuses a form that another Node made, and compiles anew.

const file = fileURLToPath(new URL('./bundle.cjs', import.meta.url));

function compiledForm(): Buffer | undefined {
  try {
    return readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

const cachedData = compiledForm();
const script = new Script(readFileSync(file, 'utf8'), {
  filename: file,
  ...(cachedData === undefined ? {} : { cachedData }),
});
const run = script.runInThisContext() as (require: NodeJS.Require, file: string, folder: string) => void;
run(createRequire(file), file, dirname(file));
