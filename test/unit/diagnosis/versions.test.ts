import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Component } from '../../../src/diagnosis/daemon-facts.ts';
import { knownFaults, versionFindings } from '../../../src/diagnosis/versions.ts';
import { KNOWN_FAULTS } from '../../../src/diagnosis/versions-table.ts';

const has = (component: Component, version: string, id: string) =>
  knownFaults({ component, version }).some((fault) => fault.id === id);

/** On both sides of every border, in the words of upstream and of distributions. */
const BORDERS: readonly (readonly [Component, string, readonly string[], readonly string[]])[] = [
  [
    'dockerd',
    'dockerd-endless-kill',
    ['1.12.6', '18.09.1-ce', '19.03.15', '20.10.9', '20.10.5+dfsg1', '20.10.7-0ubuntu1~20.04.2', '20.10.10-rc1'],
    ['20.10.10', '20.10.10+dfsg1', '20.10.24+dfsg1', '20.10.10-0ubuntu1~20.04.2', '23.0.0', '29.0.1'],
  ],
  ['dockerd', 'dockerd-event-stream', ['18.09.0', '18.09.9', '19.03.15'], ['18.06.3-ce', '20.10.0', '27.5.1']],
  ['dockerd', 'dockerd-event-spin', ['18.09.0', '19.03.2'], ['18.06.3-ce', '19.03.3']],
  ['dockerd', 'dockerd-private-layers', ['1.13.1', '17.12.0-ce', '18.01.0', '18.02.0-ce'], ['17.12.1-ce', '18.03.0']],
  ['dockerd', 'dockerd-layer-not-retained', ['17.06.0', '18.02.0'], ['17.05.0', '17.12.1', '18.03.1-ce']],
  ['dockerd', 'dockerd-forgetful-rm', ['1.12.6', '17.05.0-ce'], ['17.06.0-ce']],
  ['dockerd', 'dockerd-otel-memory', ['27.4.0'], ['27.3.1', '27.4.1']],
  ['dockerd', 'dockerd-removal-flag', ['1.12.6', '28.1.1'], ['28.2.0', '29.0.0']],
  ['containerd', 'containerd-shim-leaks', ['1.2.6'], ['1.2.7', 'v1.7.2']],
  ['containerd', 'containerd-single-core', ['1.2.12'], ['1.2.11', '1.2.13']],
  ['containerd', 'containerd-eventfd', ['1.3.0', '1.3.2'], ['1.2.13', '1.3.3']],
  ['containerd', 'containerd-exec-goroutines', ['1.5.15', '1.6.11'], ['1.5.16', '1.6.12', '1.6.12~ds1', '1.7.0']],
  ['containerd', 'containerd-leaked-shims', ['1.6.0', '1.6.20~ds1', 'v1.6.23'], ['1.5.18', '1.6.24~ds1-1', '1.7.0']],
  ['containerd', 'containerd-shims-stay', ['2.0.5'], ['1.7.27', '2.0.6', '2.1.0']],
  ['runc', 'runc-needless-freeze', ['1.0.0', '1.0.1'], ['1.0.0-rc95', '1.0.0~rc95+ds1', '1.0.2']],
  ['runc', 'runc-leaked-fd', ['1.0.0-rc93', '1.1.5+ds1', '1.1.11'], ['1.0.0-rc92', '1.1.12', '1.1.12+ds1']],
  [
    'kernel',
    'kernel-rmdir-rule',
    ['2.6.32-754', '3.13.0-24-generic'],
    ['3.10.0-1160.el7.x86_64', '3.18.0', '6.1.0-31-amd64'],
  ],
  ['kernel', 'kernel-kmem-accounting', ['3.10.0-957.el7.x86_64'], ['3.10.0-1127.el7.x86_64', '3.13.0-24-generic']],
  ['kubelet', 'kubelet-forgotten-pod', ['v1.20.10', '1.21.14'], ['v1.22.0', 'v1.30.2+k3s1']],
];

describe('faults that a version is known to have', () => {
  it('are not told of a build between releases', () => {
    expect(knownFaults({ component: 'dockerd', version: '0.0.0-20240101120000' })).toEqual([]);
    expect(knownFaults({ component: 'dockerd', version: '1.12.6' })).not.toEqual([]);
  });

  it('are tried on every border of the table', () => {
    expect(BORDERS.map(([, id]) => id).sort()).toEqual(KNOWN_FAULTS.map(({ id }) => id).sort());
  });

  it.each(BORDERS)('%s: %s', (component, id, affected, mended) => {
    expect(affected.filter((version) => !has(component, version, id))).toEqual([]);
    expect(mended.filter((version) => has(component, version, id))).toEqual([]);
  });

  it.each(['', 'dev', 'library-import'])('are not guessed for %j', (version) => {
    expect(knownFaults({ component: 'dockerd', version })).toEqual([]);
  });

  it('become findings with the release that mends them and where that is said', () => {
    const findings = versionFindings([
      { component: 'dockerd', version: '19.03.15' },
      { component: 'dockerd', version: '19.03.15' },
    ]);
    expect(findings.map(({ id }) => id)).toEqual([
      'version:dockerd-endless-kill',
      'version:dockerd-event-stream',
      'version:dockerd-removal-flag',
    ]);
    expect(findings[0]?.evidence).toContain('source: moby#41588, moby#41586 (backport bed624fdc9)');
    // Equal on all hosts of one fault, so that they fold.
    const other = versionFindings([{ component: 'dockerd', version: '18.09.1' }]);
    expect(other[0]?.cause).toBe(findings[0]?.cause);
  });

  it('name a playbook only if it is shipped', () => {
    const named = KNOWN_FAULTS.flatMap(({ playbook }) => playbook ?? []);
    expect(named.length).toBeGreaterThan(0);
    const shipped = readdirSync(join(import.meta.dirname, '../../../playbooks'));
    expect(named.filter((playbook) => !shipped.includes(playbook))).toEqual([]);
  });
});
