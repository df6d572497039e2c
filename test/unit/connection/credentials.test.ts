import { describe, expect, it } from 'vitest';
import { planCredentials } from '../../../src/connection/credentials.ts';
import type { KeyFile } from '../../../src/connection/key-files.ts';
import type { AgentAnswer, AgentKey } from '../../../src/connection/ssh-agent.ts';

// The plan compares blobs and hands keys on; it never looks into them.
const key = {} as NonNullable<KeyFile['key']>;
const usable = { key, agent: {} as NonNullable<AgentKey['usable']>['agent'] };

const file = (name: string, more: Partial<KeyFile> = {}): KeyFile => ({
  path: `/k/${name}`,
  state: 'ready',
  key,
  blob: Buffer.from(name),
  ...more,
});
const held = (name: string, more: Partial<AgentKey> = {}): AgentKey => ({
  type: 'ssh-ed25519',
  comment: name,
  blob: Buffer.from(name),
  fingerprint: `SHA256:${name}`,
  usable,
  ...more,
});
const agent = (...keys: AgentKey[]): AgentAnswer => ({ socket: '/run/a', keys });
const offered = (files: KeyFile[], answer?: AgentAnswer, onlyNamed = false) =>
  planCredentials(files, answer, onlyNamed).offered.map((each) => each.label);

describe('planCredentials', () => {
  it('offers named agent keys, files, other agent keys', () => {
    const keys = agent(held('other'), held('b'));
    expect(offered([file('a'), file('b')], keys)).toEqual(['b (agent)', '/k/a', 'other (agent)']);
  });

  it('leaves other agent keys out where only named ones are allowed', () => {
    expect(offered([file('b')], agent(held('other'), held('b')), true)).toEqual(['b (agent)']);
  });

  it('offers an encrypted file through the agent that holds it, and else says why not', () => {
    const locked = file('a', { state: 'encrypted' });
    const { key: _key, ...withoutKey } = locked;
    expect(planCredentials([withoutKey], agent(held('a')), false)).toMatchObject({ left: [] });
    expect(offered([withoutKey], agent(held('a')))).toEqual(['a (agent)']);
    expect(planCredentials([withoutKey], undefined, false)).toEqual({
      offered: [],
      left: ['/k/a (encrypted, no passphrase)'],
    });
  });

  it('stops at six and names the rest', () => {
    const files = ['1', '2', '3', '4', '5', '6', '7', '8'].map((name) => file(name));
    const plan = planCredentials(files, undefined, false);
    expect(plan.offered).toHaveLength(6);
    expect(plan.left).toEqual(['/k/7 (servers stop at 6 keys)', '/k/8 (servers stop at 6 keys)']);
  });

  it('leaves out agent keys that ssh2 cannot use, and names an agent that did not answer', () => {
    const { usable: _usable, ...fido } = held('fido');
    expect(offered([], agent(fido))).toEqual([]);
    const silent = planCredentials([], { socket: '/run/a', keys: [], trouble: 'no answer' }, false);
    expect(silent.left).toEqual(['the agent at /run/a (no answer)']);
  });
});
