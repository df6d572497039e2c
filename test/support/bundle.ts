import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

/** Bundles the command into this folder, without what only has it start sooner, and gives the path of the file. */
export async function bundleInto(folder: string): Promise<string> {
  const bundle = join(folder, 'unbusy.mjs');
  const shims = [
    "import{createRequire as __r}from'node:module';import{fileURLToPath as __f}from'node:url';",
    "const require=__r(import.meta.url),__filename=__f(import.meta.url),__dirname=__f(new URL('.',import.meta.url));",
  ];
  await build({
    ...{ entryPoints: [join(root, 'src/cli/main.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'esm' },
    ...{ target: 'node20', loader: { '.sh': 'text' }, external: ['cpu-features', '*.node'], logLevel: 'silent' },
    banner: { js: shims.join('') },
  });
  return bundle;
}
