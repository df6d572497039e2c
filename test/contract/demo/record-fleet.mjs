// Records src/demo/recorded-fleet.json anew: node test/contract/demo/record-fleet.mjs (Linux, where unshare is allowed).
// Needed when a program, or a record that it prints, has changed; test/contract/demo/sweep.test.ts says so by failing.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../../..');
const directory = mkdtempSync(join(root, 'node_modules/.record-'));
const bundle = join(directory, 'record.mjs');
try {
  await build({
    stdin: {
      contents: `
        import { writeFileSync } from 'node:fs';
        import { startDemoFleet, startNamespaceHosts } from './src/demo/fleet.ts';
        import { SCENES } from './src/demo/scenes.ts';
        import { RecordingHost } from './test/support/demo-recorder.ts';
        import { recordingText } from './test/support/recording-text.ts';
        import { sweepFleet } from './test/support/sweep-fleet.ts';
        const hosts = [];
        const fleet = await startDemoFleet(async (scratch) => {
          const real = await startNamespaceHosts(scratch);
          if ('why' in real) throw new Error(real.why);
          hosts.push(...real.hosts.map((host) => new RecordingHost(host)));
          return { ...real, hosts };
        });
        const playbook = ${JSON.stringify(join(root, 'playbooks/sweep-dead.yml'))};
        for (const mode of ['check', 'run', 'run', 'check']) {
          const { exitCode } = await sweepFleet(fleet, playbook, mode);
          console.log(mode, exitCode);
        }
        await fleet.stop();
        const answers = Object.fromEntries(SCENES.map(({ host }, index) => [host, hosts[index].answers]));
        writeFileSync(${JSON.stringify(join(root, 'src/demo/recorded-fleet.json'))}, recordingText(answers));
      `,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    loader: { '.sh': 'text' },
    external: ['cpu-features', '*.node'],
    banner: {
      js: `import{createRequire as r}from'node:module';const require=r(import.meta.url),__filename='',__dirname='';`,
    },
  });
  await import(bundle);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
