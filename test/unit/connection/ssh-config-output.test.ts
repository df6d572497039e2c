import { describe, expect, it } from 'vitest';
import { parseConfigOutput, toResolvedTarget } from '../../../src/connection/ssh-config-output.ts';

const local = { user: 'me', uid: 1000, home: '/home/me', hostname: 'desk.lan', environment: { FOO: '/run/foo' } };
const resolve = (text: string, environment: NodeJS.ProcessEnv = local.environment) =>
  toResolvedTarget('web1', parseConfigOutput(text), { ...local, environment });

describe('toResolvedTarget', () => {
  it('takes the values as ssh prints them', () => {
    const resolved = resolve(
      'host web1\nuser bob\nhostname web1.lan\nport 2222\nidentitiesonly yes\nhashknownhosts yes\nconnecttimeout 7\n' +
        'addressfamily inet6\nproxyjump a,bob@b:33\nhostkeyalias w\nstricthostkeychecking accept-new\n',
    );
    expect(resolved).toMatchObject({
      alias: 'web1',
      hostname: 'web1.lan',
      port: 2222,
      user: 'bob',
      identitiesOnly: true,
      hashKnownHosts: true,
      connectTimeoutMs: 7000,
      addressFamily: 6,
      proxyJump: ['a', 'bob@b:33'],
      hostKeyAlias: 'w',
      strictHostKeyChecking: 'accept-new',
      onlyOpenSsh: [],
    });
  });

  it('expands what ssh leaves as written', () => {
    const resolved = resolve(
      'user bob\nhostname web1.lan\nport 22\nidentityfile ~/.ssh/%r-%n-%h-%p-%u-%i-%L-%%\nidentityfile $' +
        '{FOO}/key\ncertificatefile %d/c\n',
    );
    expect(resolved.identityFiles).toEqual(['/home/me/.ssh/bob-web1-web1.lan-22-me-1000-desk-%', '/run/foo/key']);
    expect(resolved.certificateFiles).toEqual(['/home/me/c']);
  });

  it('leaves out what is none', () => {
    const resolved = resolve('identityfile none\nproxycommand none\nuserknownhostsfile none\nconnecttimeout none\n');
    expect(resolved.identityFiles).toEqual([]);
    expect(resolved.userKnownHostsFiles).toEqual([]);
    expect(resolved).not.toHaveProperty('proxyCommand');
    expect(resolved).not.toHaveProperty('connectTimeoutMs');
  });

  it('keeps a path with a blank together', () => {
    expect(resolve('userknownhostsfile ~/a /tmp/with space/kh /c\n').userKnownHostsFiles).toEqual([
      '/home/me/a',
      '/tmp/with space/kh',
      '/c',
    ]);
  });

  it.each([
    ['', { SSH_AUTH_SOCK: '/run/agent' }, '/run/agent'],
    ['', {}, undefined],
    ['identityagent none', { SSH_AUTH_SOCK: '/run/agent' }, undefined],
    ['identityagent SSH_AUTH_SOCK', { SSH_AUTH_SOCK: '/run/agent' }, '/run/agent'],
    ['identityagent $OTHER', { OTHER: '/run/other', SSH_AUTH_SOCK: '/run/agent' }, '/run/other'],
    ['identityagent /run/x', { SSH_AUTH_SOCK: '/run/agent' }, '/run/x'],
  ])('finds the agent: %s %o', (text, environment, socket) => {
    expect(resolve(text, environment).identityAgent).toBe(socket);
  });

  it.each([
    ['pkcs11provider /usr/lib/p.so', 'PKCS11Provider /usr/lib/p.so'],
    ['revokedhostkeys /etc/rev', 'RevokedHostKeys /etc/rev'],
    ['knownhostscommand /bin/x %H', 'KnownHostsCommand /bin/x %H'],
    ['preferredauthentications gssapi-with-mic,password', 'PreferredAuthentications gssapi-with-mic,password'],
    ['pubkeyauthentication no', 'PubkeyAuthentication no'],
  ])('names what only OpenSSH honours: %s', (text, setting) => {
    expect(resolve(text).onlyOpenSsh).toEqual([setting]);
  });

  it.each([['pkcs11provider none'], ['preferredauthentications publickey,password'], ['pubkeyauthentication true']])(
    'and not %s',
    (text) => {
      expect(resolve(text).onlyOpenSsh).toEqual([]);
    },
  );
});
