// Bundles the command into one file; `npm ci` runs it, so a checkout is usable after one command.
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// ssh2 is CommonJS and asks for these names; its native parts are optional and stay outside.
const banner = [
  '#!/usr/bin/env node',
  "import{createRequire as __r}from'node:module';import{fileURLToPath as __f}from'node:url';",
  "const require=__r(import.meta.url),__filename=__f(import.meta.url),__dirname=__f(new URL('.',import.meta.url));",
].join('\n');

/** zod brings its messages in some fifty languages; ours are in one, and each start would read them all. */
const oneLanguage = {
  name: 'one-language',
  setup({ onLoad }) {
    onLoad({ filter: /zod[/]v4[/]locales[/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

mkdirSync(new URL('dist', import.meta.url), { recursive: true });
await build({
  absWorkingDir: new URL('.', import.meta.url).pathname,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/unbusy.mjs',
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  loader: { '.sh': 'text' },
  external: ['cpu-features', '*.node'],
  legalComments: 'linked',
  define: { 'process.env.UNBUSY_VERSION': JSON.stringify(version) },
  plugins: [oneLanguage],
  banner: { js: banner },
  logLevel: 'warning',
});
chmodSync(new URL('dist/unbusy.mjs', import.meta.url), 0o755);
