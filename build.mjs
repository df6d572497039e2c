// Bundles the command into one file, and has V8 compile it; `npm ci` runs it, so a checkout is usable after one command.
//
//   node build.mjs [FOLDER]      FOLDER is dist unless told
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lateParts } from './scripts/late-parts.mjs';

const here = new URL('.', import.meta.url);
const folder = resolve(process.argv[2] ?? fileURLToPath(new URL('dist', here)));
const { version } = JSON.parse(readFileSync(new URL('package.json', here), 'utf8'));

const shared = {
  absWorkingDir: fileURLToPath(here),
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  // Node starts a CommonJS file some milliseconds sooner than a module.
  format: 'cjs',
  logLevel: 'warning',
};

/** The same for what takes in the project's rooms and libraries. */
const whole = { ...shared, plugins: [lateParts], loader: { '.sh': 'text' } };

mkdirSync(folder, { recursive: true });
rmSync(join(folder, 'bundle.cjs.cache'), { force: true });
// The shell parser stays in files of its own, which are read only when an installer is patched.
const library = createRequire(import.meta.url).resolve;
copyFileSync(library('web-tree-sitter'), join(folder, 'web-tree-sitter.cjs'));
for (const name of ['web-tree-sitter', 'tree-sitter-bash']) {
  const wasm = library(`${name}/${name}.wasm`);
  copyFileSync(wasm, join(folder, `${name}.wasm`));
  copyFileSync(join(dirname(wasm), 'LICENSE'), join(folder, `${name}.LICENSE.txt`));
}
const bundle = join(folder, 'bundle.cjs');
// The bundle is a function of what a module is given, so that it can be compiled apart from being run.
await build({
  ...whole,
  entryPoints: ['src/cli/main.ts'],
  outfile: bundle,
  legalComments: 'linked',
  define: { 'process.env.UNBUSY_VERSION': JSON.stringify(version), 'import.meta.url': '__url' },
  banner: {
    js: '(function(require,__filename,__dirname){const module={exports:{}},__url=require("node:url").pathToFileURL(__filename).href;',
  },
  footer: { js: '})' },
});
// esbuild leaves regular expressions as they are; in ASCII alone, V8 keeps the text in half the space and reads it faster.
const ascii = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
const text = readFileSync(bundle, 'utf8');
if (/\\[^\0-\x7f]/.test(text)) throw new Error('a letter that is not ASCII stands behind a backslash in the bundle');
writeFileSync(bundle, text.replace(/[^\0-\x7f]/g, ascii));
await build({
  ...shared,
  entryPoints: ['src/cli/start.ts'],
  outfile: join(folder, 'unbusy.cjs'),
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync(join(folder, 'unbusy.cjs'), 0o755);
const scratch = mkdtempSync(join(tmpdir(), 'unbusy-build-'));
try {
  const compile = join(scratch, 'compile-bundle.cjs');
  await build({ ...whole, entryPoints: ['scripts/compile-bundle.ts'], outfile: compile });
  execFileSync(process.execPath, [compile, bundle], { stdio: 'inherit' });
} finally {
  rmSync(scratch, { recursive: true });
}
