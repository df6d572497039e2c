// Bundles the command into one file, and has V8 compile it; `npm ci` runs it, so a checkout is usable after one command.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', here), 'utf8'));

/** zod brings its messages in some fifty languages; ours are in one, and each start would read them all. */
const oneLanguage = {
  name: 'one-language',
  setup({ onLoad }) {
    onLoad({ filter: /zod[/]v4[/]locales[/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

const shared = {
  absWorkingDir: fileURLToPath(here),
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
};

mkdirSync(new URL('dist', here), { recursive: true });
rmSync(new URL('dist/bundle.cjs.cache', here), { force: true });
// The shell parser stays in files of its own, which are read only when an installer is patched.
const { resolve } = createRequire(import.meta.url);
copyFileSync(resolve('web-tree-sitter'), new URL('dist/web-tree-sitter.cjs', here));
for (const library of ['web-tree-sitter', 'tree-sitter-bash']) {
  const wasm = resolve(`${library}/${library}.wasm`);
  copyFileSync(wasm, new URL(`dist/${library}.wasm`, here));
  copyFileSync(join(dirname(wasm), 'LICENSE'), new URL(`dist/${library}.LICENSE.txt`, here));
}
// The bundle is a function of what a module is given, so that it can be compiled apart from being run.
await build({
  ...shared,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/bundle.cjs',
  format: 'cjs',
  loader: { '.sh': 'text' },
  external: ['cpu-features', '*.node'],
  legalComments: 'linked',
  define: { 'process.env.UNBUSY_VERSION': JSON.stringify(version), 'import.meta.url': '__url' },
  plugins: [oneLanguage],
  banner: {
    js: '(function(require,__filename,__dirname){const module={exports:{}},__url=require("node:url").pathToFileURL(__filename).href;',
  },
  footer: { js: '})' },
});
await build({
  ...shared,
  entryPoints: ['src/cli/start.ts'],
  outfile: 'dist/unbusy.mjs',
  format: 'esm',
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync(new URL('dist/unbusy.mjs', here), 0o755);
execFileSync(process.execPath, [fileURLToPath(new URL('scripts/compile-bundle.mjs', here))], { stdio: 'inherit' });
