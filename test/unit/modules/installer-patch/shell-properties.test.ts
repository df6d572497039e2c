import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { addPatch, removePatch } from '../../../../src/modules/installer-patch/patch.ts';
import { loadShellParser, type ShellParser } from '../../../../src/modules/installer-patch/shell-parser.ts';
import { readShellSubject } from '../../../../src/modules/installer-patch/shell-subject.ts';
import { added, fixtures, removed, shellReader, wish } from './patch-bench.ts';

let parse: ShellParser;
beforeAll(async () => {
  parse = await loadShellParser();
});
const install = (text: string) => readShellSubject(parse, text, 'shell_install');

/** Lines that look like what is changed, and must stay. */
const NOISE = [
  '# docker run --name cadvisor cadvisor',
  'echo "docker run --name cadvisor $HOME"',
  "cat <<'EOF'\ndocker run --name cadvisor -v /:/rootfs:ro cadvisor\nEOF",
  'cat <<-EOF\n\tdocker run $(date) cadvisor\n\tEOF',
  'docker run -d --name web -v /:/host web:1',
  '[ -d /opt ] && mkdir -p "/opt/a b" || exit 1',
  '',
  '\tprintf \'%s\\n\' "ü ñ 漢字 😀"',
  'if docker ps | grep -q x; then echo y; fi',
  'x=1; y=2 # two',
];
const prefix = fc.constantFrom('', 'sudo ', 'sudo -E ', 'nohup ', '/usr/bin/', '$SUDO ');
const gap = fc.constantFrom(' ', '  ', ' \\\n    ', '\t');
const bind = fc.constantFrom(
  '-v /:/rootfs:ro',
  '-v "/:/rootfs"',
  "--volume='/:/rootfs:ro'",
  '-v/:/r',
  '--mount type=bind,src=/,dst=/r',
);
const option = fc.oneof(
  bind,
  fc.constantFrom('-itd', '--restart always', '-e "A=b c"', '-p 1:1', '-e X=$X', '--net=host'),
);
const monitor = fc
  .tuple(prefix, gap, fc.array(option, { maxLength: 5 }), fc.constantFrom('cadvisor', 'node-exporter'))
  .map(([before, space, options, name]) =>
    [`${before}docker run`, ...options, `--name ${name}`, `${name}:v1`, '-port 80'].join(space),
  );
const wrapped = fc
  .tuple(
    monitor,
    fc.constantFrom('@', '@', 'f() {\n  @\n}\nf', 'if true; then\n\t@\nfi', '( @ )', '@ || exit 1', '{ @; }'),
  )
  .map(([run, shape]) => shape.replace('@', () => run));
const script = fc
  .tuple(
    fc.array(fc.constantFrom(...NOISE)),
    wrapped,
    fc.array(fc.oneof(fc.constantFrom(...NOISE), monitor)),
    fc.boolean(),
  )
  .map(([before, run, after, newline]) => ['#!/bin/sh', ...before, run, ...after].join('\n') + (newline ? '\n' : ''));
const strategy = fc.constantFrom('privileged' as const, 'rslave' as const);

describe('patching any install script', () => {
  it('changes it once, and takes out again byte for byte what it put in', () => {
    fc.assert(
      fc.property(script, strategy, fc.constantFrom(undefined, '/opt/hook.sh', '/o\'dd "$x`'), (text, how, hook) => {
        const after = added(text, wish(how, hook), install);
        expect(added(after, wish(how, hook), install)).toBe(after);
        expect(removed(after, install)).toBe(text);
      }),
    );
  });

  it('changes nothing but the words and lines that it speaks of', () => {
    fc.assert(
      fc.property(script, strategy, (text, how) => {
        const after = added(text, wish(how), install);
        const ours = /^[ \t]*(?:# unbusy: installer_patch [^\n]*|unbusy_was=\$\?; if \[ -x '[^\n]*)\n?/gm;
        const lines = after.replace(ours, '').replace(/\n$/, '');
        const plain = (each: string) => each.replace(/ --privileged| *[:,](?:bind-propagation=)?rslave/g, '');
        expect(plain(lines)).toBe(plain(text).replace(/\n$/, ''));
        expect(lines.split('\n').length).toBe(text.replace(/\n$/, '').split('\n').length);
      }),
    );
  });

  it('gives each monitor its word, and nobody else', () => {
    fc.assert(
      fc.property(script, (text) => {
        const sites = install(added(text, wish('privileged'), install)).sites;
        for (const { identity, privileged } of sites)
          expect(privileged).toBe(identity.name === 'web' ? 'absent' : 'yes');
        expect(install(text).sites.map(({ privileged }) => privileged)).not.toContain('yes');
      }),
    );
  });
});

describe('patching what is left of a script', () => {
  const broken = fc
    .tuple(
      fc.constantFrom(...fixtures('.sh')),
      fc.nat(),
      fc.nat({ max: 40 }),
      fc.constantFrom('', '"', '$(', '\n', '\\', "'"),
    )
    .map(
      ([{ text }, at, length, add]) => text.slice(0, at % text.length) + add + text.slice((at % text.length) + length),
    );

  it('either refuses, or gives back what it took', () => {
    fc.assert(
      fc.property(broken, strategy, (text, how) => {
        const { kind, read } = shellReader(parse, text);
        const patched = addPatch(text, wish(kind === 'shell_install' ? how : undefined), read);
        if (patched.kind === 'problems') return;
        expect(removePatch(patched.text, read)).toMatchObject({ kind: 'text', text });
      }),
      { numRuns: 300 },
    );
  });
});
