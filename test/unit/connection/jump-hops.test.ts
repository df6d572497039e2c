import { describe, expect, it } from 'vitest';
import { resolveHops } from '../../../src/connection/jump-hops.ts';
import type { ConfigQuestion, ResolvedTarget } from '../../../src/connection/resolved-target.ts';

const answer = ({ alias, user, port }: ConfigQuestion, proxyJump: readonly string[] = []): ResolvedTarget => ({
  alias,
  hostname: `${alias}.lan`,
  port: port ?? 22,
  user: user ?? 'me',
  identityFiles: [],
  identitiesOnly: false,
  certificateFiles: [],
  proxyJump,
  userKnownHostsFiles: [],
  globalKnownHostsFiles: [],
  strictHostKeyChecking: 'ask',
  hashKnownHosts: false,
  addressFamily: 0,
  onlyOpenSsh: [],
});

/** Hops of `web` in a config that is a map from alias to its ProxyJump. */
async function hopsOf(jumps: Record<string, string[]>): Promise<string[]> {
  const asked: ConfigQuestion[] = [];
  const web = answer({ alias: 'web' }, jumps.web ?? []);
  const of = await resolveHops([web], async (questions) => {
    asked.push(...questions);
    return questions.map((question) => answer(question, jumps[question.alias] ?? []));
  });
  expect(new Set(asked.map((question) => JSON.stringify(question))).size).toBe(asked.length);
  return of(web).map((hop) => `${hop.user}@${hop.hostname}:${hop.port}`);
}

describe('resolveHops', () => {
  it('gives no hops where there is no ProxyJump', async () => {
    expect(await hopsOf({})).toEqual([]);
  });

  it('resolves chains, users, ports and IPv6 addresses', async () => {
    expect(await hopsOf({ web: ['bob@a:2222', 'b'] })).toEqual(['bob@a.lan:2222', 'me@b.lan:22']);
    expect(await hopsOf({ web: ['bob@[::1]:33'] })).toEqual(['bob@::1.lan:33']);
  });

  it("follows the first hop's own ProxyJump, not those of later hops", async () => {
    expect(await hopsOf({ web: ['a', 'b'], a: ['outer'], b: ['never'] })).toEqual([
      'me@outer.lan:22',
      'me@a.lan:22',
      'me@b.lan:22',
    ]);
  });

  it('leaves a hop out that is the host itself', async () => {
    expect(await hopsOf({ web: ['bastion'], bastion: ['bastion'] })).toEqual(['me@bastion.lan:22']);
  });

  it('refuses a circle', async () => {
    await expect(hopsOf({ web: ['a'], a: ['b'], b: ['a'] })).rejects.toMatchObject({ code: 'E_SSH_CONFIG' });
  });
});
