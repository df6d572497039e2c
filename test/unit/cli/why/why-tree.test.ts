import { describe, expect, it } from 'vitest';
import type { WhyAnswer } from '../../../../src/cli/why/why-answer.ts';
import { whyTree } from '../../../../src/cli/why/why-tree.ts';
import { silenceFindings } from '../../../../src/modules/dead-containers/findings.ts';
import type { LeakedMount, LeakTarget } from '../../../../src/mounts/leak.ts';
import { createStyle } from '../../../../src/report/style.ts';
import { renderTree } from '../../../../src/report/tree.ts';

const target: LeakTarget = { kind: 'path', id: '/mnt', name: '/mnt', tokens: [], paths: [] };
const mount = {
  ...{ id: 165, parent: 1, device: '0:74', root: '/', point: '/mnt', unbindable: false },
  ...{ fstype: 'tmpfs', source: 'x', superOptions: '' },
};
const leak: LeakedMount = {
  ...{ target, namespace: 4026532392, mount, parentMount: { ...mount, point: '/' } },
  holder: { kind: 'container', name: 'cadvisor', namespace: 4026532392 },
  ...{ alsoHolding: ['sh'], cause: 'private-propagation', reach: { spreads: [], alive: [] } },
  ...{ foreignBelow: [], stackedAbove: [], locked: false, depth: 1 },
};
const nothing: WhyAnswer = {
  ...{
    target,
    living: false,
    leaks: [],
    latent: [],
    openers: new Map(),
    plan: [],
    refusals: [],
    findings: [],
    gaps: [],
  },
};

const draw = (answer: WhyAnswer) => renderTree(whyTree('cd01', answer), createStyle({ color: false, unicode: false }));

describe('the answer to why', () => {
  it('names holder, namespace, cause, mount, openers and remedy', () => {
    const text = draw({ ...nothing, leaks: [leak], openers: new Map([[leak, 'sh (pid 7) works in it']]) }).join('\n');
    expect(text).toContain('cd01: /mnt: held in 1 mount namespace');
    expect(text).toContain('held by container cadvisor in mount namespace 4026532392, with sh');
    expect(text).toContain('why: its copy of the mount is private');
    expect(text).toContain('/mnt (tmpfs 0:74, mount 165, on /)');
    expect(text).toContain('in use: sh (pid 7) works in it');
    expect(text).toContain('frees it: ');
    expect(text).not.toContain('refused');
  });

  it('does not say of a container that it lives where only its files say so', () => {
    const web = {
      ...nothing,
      target: { ...target, kind: 'container' as const, id: 'a'.repeat(64), name: 'web' },
      living: true,
    };
    expect(draw(web).join('\n')).toContain('it lives, and its mounts are its own');
    const findings = silenceFindings('docker ps was not answered in 10 s');
    const [head] = draw({ ...web, findings });
    expect(head).toContain('so its files say; whether it lives is not known');
    expect(draw({ ...nothing, findings })[0]).toContain('not everything could be looked at');
  });

  it('says what forbids an unmount', () => {
    const alive = { ...leak, reach: { spreads: [], alive: ['container web'] } };
    expect(draw({ ...nothing, leaks: [alive] }).join('\n')).toContain('would reach what lives: container web');
    const dim = { ...leak, reach: { spreads: [], alive: [], unknown: 'a table is missing' } };
    expect(draw({ ...nothing, leaks: [dim] }).join('\n')).toContain('is not known: a table is missing');
    expect(draw({ ...nothing, leaks: [{ ...leak, locked: true }] }).join('\n')).toContain('locked');
  });

  it('tells apart from mounts who has a device, and whose a container of another runtime is', () => {
    const users = ['qemu (pid 9) has /dev/sdb open as fd 3', 'it cannot be opened by one alone (O_EXCL)'];
    const text = draw({ ...nothing, users, owner: 'container web of containerd (default)' }).join('\n');
    expect(text).toContain('cd01: container web of containerd (default): no mount of it');
    for (const user of ['besides mounts', ...users]) expect(text).toContain(user);
    expect(draw(nothing).join('\n')).not.toContain('besides mounts');
  });

  it('names the playbook that would do the plan', () => {
    const refusals = [{ what: 'device /dev/sdb', why: 'it lives', hint: 'End it.' }];
    const playbook = 'playbooks/leaked-mounts.yml -e device=/dev/sdb';
    expect(draw({ ...nothing, refusals, playbook }).join('\n')).toContain(`a release (${playbook})`);
    expect(draw({ ...nothing, refusals }).join('\n')).toContain('playbooks/sweep-dead.yml');
  });

  it('never calls free what could not be looked at whole', () => {
    expect(draw(nothing)[0]).toBe('cd01: /mnt: no mount of it in any namespace');
    const gaps = Array.from({ length: 7 }, (_, pid) => ({ what: `process ${pid}`, why: 'denied' }));
    const lines = draw({ ...nothing, gaps });
    expect(lines[0]).toContain('not everything could be looked at');
    expect(lines.at(-1)).toContain('and 2 more');
  });
});
