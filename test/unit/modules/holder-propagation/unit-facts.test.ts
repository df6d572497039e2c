import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../src/modules/holder-propagation/findings.ts';
import { holderPropagationModule } from '../../../../src/modules/holder-propagation/index.ts';
import { boundTo, hasPrivateFlags, namespaceSettings } from '../../../../src/modules/holder-propagation/unit-facts.ts';
import { copy, held, paramsOf, stateOf, unit } from './holder-bed.ts';

describe('what a unit tells', () => {
  it.each([
    ['private', true],
    ['262144', true],
    [String(262_144 + 16_384), true],
    ['slave', false],
    ['524288', false],
    ['1048576', false],
    ['shared', false],
    ['0', false],
    ['', false],
  ])('MountFlags=%s, in words and in bits', (flags, expected) => {
    expect(hasPrivateFlags(unit('a.service', { MountFlags: flags }))).toBe(expected);
  });

  it('names the settings that split its namespace off, and no others', () => {
    const properties = {
      PrivateTmp: 'yes',
      PrivateDevices: 'no',
      ProtectSystem: 'strict',
      ProtectHome: 'no',
      MountFlags: '',
      Nice: '5',
    };
    expect(namespaceSettings(unit('a.service', properties))).toEqual(['PrivateTmp=yes', 'ProtectSystem=strict']);
  });

  it('knows what systemd restarts along with it', () => {
    const properties = {
      RequiredBy: 'b.service c.target',
      BoundBy: 'b.service',
      ConsistsOf: '',
      WantedBy: 'multi-user.target',
    };
    expect(boundTo(unit('a.service', properties))).toEqual(['b.service', 'c.target']);
  });
});

describe('findings', () => {
  const copies = [copy('leaked', 'mount-flags'), copy('leaked', 'mount-flags', 54), copy('latent', 'mount-flags', 53)];
  const holder = held(unit('ntpd.service', { PrivateTmp: 'yes', MountFlags: 'private' }), copies);

  it('are one line for what is gone, and one for what will be', () => {
    expect(findingsOf(stateOf([holder])).map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      'leak: unit ntpd.service (PrivateTmp=yes, MountFlags=private) holds 2 mounts of container app, gone from the host',
      'latent: unit ntpd.service (PrivateTmp=yes, MountFlags=private) holds 1 mount of container web, still in use, and will be kept when it goes',
    ]);
    expect(findingsOf(stateOf([]))).toEqual([]);
  });

  it('go with counts, a signature by holder and cause, and the dangers of what is asked for', () => {
    const { result, signature, dangers } = holderPropagationModule;
    expect(result(stateOf([holder]))).toEqual({
      docker: true,
      systemd: true,
      holders: ['ntpd.service'],
      leaked_mounts: 2,
      latent: 1,
    });
    expect(signature?.(stateOf([holder]))).toBe('ntpd.service=mount-flags');
    expect(signature?.(stateOf([]))).toBe('no service holds');
    expect(dangers?.(paramsOf({ remedy: 'report' }))).toEqual([]);
    expect(dangers?.(paramsOf({ remedy: 'restart' }))).toEqual(['restart-holder']);
  });
});
