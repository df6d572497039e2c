import { describe, expect, it } from 'vitest';
import { notInEffect } from '../../../../src/modules/docker-mount-flags/effect.ts';
import { causesOf, signatureOf } from '../../../../src/modules/docker-mount-flags/findings.ts';
import { readShownFlags } from '../../../../src/modules/docker-mount-flags/flags.ts';
import { marksLayersPrivate } from '../../../../src/modules/docker-mount-flags/version.ts';
import {
  AS_CHILD,
  container,
  dropIn,
  HOST_NAMESPACE,
  K0,
  OTHER_NAMESPACE,
  stateOf,
  type Unusual,
  unitFile,
  VENDOR,
} from './state-bed.ts';

const APART = { namespace: OTHER_NAMESPACE };
const AS_SLAVE = { ...APART, rootTags: ['master:1'] };

describe('whether dockerd lives by what is set', () => {
  it.each([
    ['none, in the namespace of the host', '', { namespace: HOST_NAMESPACE }, true],
    ['none, and still as a slave', '', AS_SLAVE, false],
    ['slave, as a slave', 'slave', AS_SLAVE, true],
    ['slave as a number', '524288', AS_SLAVE, true],
    ['slave, and still in the namespace of the host', 'slave', {}, false],
    ['slave, and still private', 'slave', { ...APART, rootTags: [] }, false],
    ['private, as such', 'private', { ...APART, rootTags: [] }, true],
    ['shared, which makes no namespace any more', 'shared', {}, true],
    ['shared, in one of its own', 'shared', { ...APART, rootTags: ['shared:84', 'master:4'] }, true],
    ['shared, and still as a slave', 'shared', AS_SLAVE, false],
    ['none, and its namespace may not be read', '', { namespace: undefined }, true],
  ] as [string, string, object, boolean][])('MountFlags %s', (_, shown, dockerd, settled) => {
    const said = notInEffect(stateOf({ shown, dockerd }));
    expect(said === undefined).toBe(settled);
    if (!settled) expect(said).toContain('dockerd (pid 64) still lives');
  });

  it('takes a private copy for what slave comes to where the / of the host is private', () => {
    const dockerd = { ...APART, rootTags: [] };
    const onHost = (rootTags: readonly string[]) => ({ init: { namespace: HOST_NAMESPACE, rootTags } });
    expect(notInEffect(stateOf({ shown: 'slave', dockerd, topology: onHost([]) }))).toBeUndefined();
    expect(notInEffect(stateOf({ shown: 'slave', dockerd, topology: onHost(['shared:1']) }))).toBeDefined();
  });

  it('is not asked of one that does not run', () => {
    expect(notInEffect(stateOf({ dockerd: 'none' }))).toBeUndefined();
  });

  it('takes PrivateMounts and PrivateTmp for what keeps it apart', () => {
    const dockerd = { ...APART, rootTags: ['shared:84', 'master:4'] };
    expect(
      notInEffect(stateOf({ unit: { PrivateMounts: 'yes' }, files: [unitFile(VENDOR, 'PrivateMounts=yes')], dockerd })),
    ).toBeUndefined();
    expect(notInEffect(stateOf({ unit: { PrivateTmp: 'yes' }, dockerd }))).toBeUndefined();
    expect(notInEffect(stateOf({ dockerd }))).toBeDefined();
  });
});

describe('whose containerd is', () => {
  const containerd = (parent: number, unit: string) => ({
    containerds: [{ pid: 70, parent, namespace: HOST_NAMESPACE, unit, exe: '' }],
  });
  const seen = (parent: number, unit: string) =>
    stateOf({ ...AS_CHILD, topology: { ...containerd(parent, unit), liveRestore: true } });

  it("dockerd's own, also after live-restore carried it over a restart", () => {
    expect(seen(64, 'docker.service').facts.containerd).toBe('child');
    expect(seen(1, 'docker.service').facts.containerd).toBe('child');
    expect(seen(1, 'k3s.service').facts.containerd).toBe('unknown');
    expect(seen(1, 'containerd.service').facts.containerd).toBe('own-service');
  });
});

describe('containers of an old namespace', () => {
  const containers = [
    container('old', { shimNamespace: OTHER_NAMESPACE }),
    container('web'),
    container('stopped', { pid: 0, shimNamespace: undefined }),
  ];
  it('are those whose shim is not where dockerd is, or will be', () => {
    expect(stateOf({ topology: { containers } }).recreate).toEqual(['old']);
    const slave: Unusual = { shown: 'slave', files: [unitFile(VENDOR, 'MountFlags=slave')], dockerd: AS_SLAVE };
    expect(stateOf({ ...slave, topology: { ...AS_CHILD.topology, containers } }).recreate).toEqual(['web']);
    // The shims of a containerd that is a service of its own are in its namespace, and right there.
    expect(stateOf({ ...slave, topology: { containers } }).recreate).toEqual([]);
    // Set back already, not restarted yet.
    expect(stateOf({ dockerd: AS_SLAVE, topology: { containers } }).recreate).toEqual(['old']);
  });

  it('are named as findings', () => {
    const kinds = causesOf(stateOf({ topology: { containers } })).map(({ kind, containerName }) => [
      kind,
      containerName,
    ]);
    expect(kinds).toEqual([
      ['cause', undefined],
      ['latent', 'old'],
    ]);
  });
});

describe('the signature', () => {
  it('holds all that the decision hangs on', () => {
    expect(signatureOf(stateOf())).toBe(
      'kernel K2 (a leak does not stop rmdir), Docker 20.10.24, overlay2, containerd as a service, live-restore off, no MountFlags=, / shared',
    );
    const other = stateOf({
      ...AS_CHILD,
      kernel: { class: 'K1', busy: true, knob: 0 },
      shown: 'slave',
      files: [unitFile(VENDOR), dropIn('a.conf', 'MountFlags=slave')],
      topology: {
        ...AS_CHILD.topology,
        liveRestore: true,
        version: '1.13.1',
        driver: 'devicemapper',
        init: { namespace: HOST_NAMESPACE, rootTags: [] },
      },
    });
    expect(signatureOf(other)).toBe(
      'kernel K1 (a leak stops rmdir, may_detach_mounts=0), Docker 1.13.1, devicemapper, containerd as a child, live-restore on, MountFlags=slave, / private',
    );
    expect(
      signatureOf(stateOf({ kernel: 'unknown', dockerd: 'none', topology: { containerds: [], version: '' } })),
    ).toContain('kernel not probed, Docker of unknown version');
  });
});

describe('the cause that a scan tells', () => {
  it('is the row with its advice, and what is pending', () => {
    const [cause] = causesOf(stateOf({ dockerd: AS_SLAVE }));
    expect(cause).toMatchObject({
      kind: 'cause',
      remedy: 'restart dockerd; leave MountFlags= unset',
      data: { row: 'useless-unset', decision: 'keep', not_in_effect: expect.stringContaining('pid 64') },
    });
    expect(causesOf(stateOf())[0]).toMatchObject({ remedy: 'leave MountFlags= unset' });
  });

  it('says what could not be seen, and nothing on a host without Docker', () => {
    const [cause] = causesOf(stateOf({ kernel: 'unknown' }));
    expect(cause).toMatchObject({
      data: { decision: 'unknown' },
      cause: expect.stringContaining('how the kernel treats'),
    });
    const bare = { binary: undefined, containerds: [], version: '' };
    expect(causesOf(stateOf({ unit: 'not-found', dockerd: 'none', topology: bare }))).toEqual([]);
    expect(causesOf(stateOf({ kernel: K0 })).length).toBe(1);
  });
});

describe('words and numbers', () => {
  it.each([
    ['', 'unset'],
    ['0', 'unset'],
    ['slave', 'slave'],
    ['524288', 'slave'],
    ['1048576', 'shared'],
    ['262144', 'private'],
    ['540672', 'slave'],
    ['131072', undefined],
    ['Slave', undefined],
  ])('systemctl show prints MountFlags=%j for %s', (shown, flags) => {
    expect(readShownFlags(shown)).toBe(flags);
  });

  it.each([
    ['1.13.1', true],
    ['17.12.0-ce', true],
    ['17.12.1-ce', false],
    ['18.02.0-ce', true],
    ['18.03.0-ce', false],
    ['20.10.24+dfsg1', false],
    ['29.0.0', false],
    ['17.06.2-ee-6', true],
    ['', undefined],
    ['dev', undefined],
  ])('Docker %s makes its layers private: %s', (version, answer) => {
    expect(marksLayersPrivate(version)).toBe(answer);
  });
});
