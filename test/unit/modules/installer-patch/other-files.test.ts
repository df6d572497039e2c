import { describe, expect, it } from 'vitest';
import { readComposeSubject } from '../../../../src/modules/installer-patch/compose-subject.ts';
import { addPatch, removePatch } from '../../../../src/modules/installer-patch/patch.ts';
import { readUnitSubject } from '../../../../src/modules/installer-patch/unit-subject.ts';
import { unifiedDiff } from '../../../../src/programs/unified-diff.ts';
import { added, expectedDiff, fixtures, problemsOf, removed, wish } from './patch-bench.ts';

const compose = (text: string) => readComposeSubject(text, '/var/lib/docker');
const files = [
  ...fixtures('.yml').map((file) => ({ ...file, read: compose })),
  ...fixtures('.yaml').map((file) => ({ ...file, read: compose })),
  ...fixtures('.service').map((file) => ({ ...file, read: readUnitSubject })),
];
const asked = (strategy: 'privileged' | 'rslave') => ({ ...wish(strategy), hook: undefined });

describe.each(files)('$name', ({ name, text, read }) => {
  it.each(['privileged', 'rslave'] as const)('becomes what it should be, once, and comes back (%s)', (strategy) => {
    const after = added(text, asked(strategy), read);
    expect(unifiedDiff(name, text, after)).toBe(expectedDiff(name, strategy));
    expect(added(after, asked(strategy), read)).toBe(after);
    expect(removed(after, read)).toBe(text);
  });
});

const service = (lines: string) => `services:\n  cadvisor:\n    image: cadvisor\n${lines}`;

describe('a compose file is refused, with the place,', () => {
  it.each([
    ['merge keys', service('    <<: *x\n'), '4:5'],
    ['a service on one line', 'services:\n  cadvisor: {image: cadvisor}\n', '2:3'],
    ['an alias for a service', 'x: &x\n  image: cadvisor\nservices:\n  cadvisor: *x\n', '4:3'],
    ['privileged: false', service('    privileged: false\n'), '4:17'],
    ['an image that is not known, without a name of its own', 'services: []\n', '1:1'],
  ])('for %s', (_, text, place) => {
    expect(problemsOf(addPatch(text, asked('privileged'), compose))[0]).toMatch(new RegExp(`^${place} `));
  });

  it.each([
    ['a path that is not known', '      - $DIR:/rootfs\n', '5:9'],
    ['the long form', '      - {type: bind, source: /, target: /rootfs}\n', '5:9'],
    ['a block', '      - >-\n        /:/rootfs\n', '5:9'],
  ])('for %s, for rslave alone', (_, volume, place) => {
    const text = service(`    volumes:\n${volume}`);
    expect(problemsOf(addPatch(text, asked('rslave'), compose))[0]).toMatch(new RegExp(`^${place} `));
    expect(problemsOf(addPatch(text, asked('privileged'), compose))).toEqual([]);
  });

  it('and a good one is not (control)', () => {
    expect(added(service('    volumes: ["/:/r"]\n'), asked('rslave'), compose)).toContain('["/:/r:rslave"]');
  });
});

const unit = (command: string) => `[Service]\nExecStart=${command}\n`;

describe('a unit is refused, with the place,', () => {
  it.each([
    ['a shell', "/bin/sh -c 'docker run cadvisor'", '2:1'],
    ['a verb that is not known', '/usr/bin/docker $VERB cadvisor', '2:27'],
    ['options that are not known', '/usr/bin/docker run $OPTIONS cadvisor', '2:1'],
    ['several commands', '/usr/bin/docker run --name cadvisor cadvisor ; /bin/true', '2:56'],
    ['no monitor', '/usr/bin/docker run --name web web', '2:1'],
  ])('for %s', (_, command, place) => {
    expect(problemsOf(addPatch(unit(command), asked('privileged'), readUnitSubject))[0]).toMatch(
      new RegExp(`^${place} `),
    );
  });

  it('and a good one is not, nor one beside the section (control)', () => {
    const text = `${unit('-/usr/bin/docker run cadvisor')}[Other]\nExecStart=/usr/bin/docker run cadvisor\n`;
    const after = added(text, asked('privileged'), readUnitSubject);
    expect(after.split('\n').slice(1)).toEqual(text.replace('run', 'run --privileged').split('\n'));
    expect(removePatch(after, readUnitSubject)).toMatchObject({ text });
  });
});
