import { createHash } from 'node:crypto';
import { homedir, hostname as localHostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { ResolvedTarget } from './resolved-target.ts';

/** The controller as ssh's tokens name it. */
export interface LocalIdentity {
  readonly user: string;
  readonly uid: number;
  readonly home: string;
  readonly hostname: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Who runs us, and where. ssh takes the home of the account, not $HOME. */
export function localIdentity(environment: NodeJS.ProcessEnv): LocalIdentity {
  try {
    const { username, uid, homedir: home } = userInfo();
    return { user: username, uid, home, hostname: localHostname(), environment };
  } catch {
    const user = environment.USER ?? environment.LOGNAME ?? 'root';
    return { user, uid: process.getuid?.() ?? 0, home: homedir(), hostname: localHostname(), environment };
  }
}

/** The settings that `ssh -G` prints, by keyword in lower case; keywords may repeat. */
export type ConfigValues = ReadonlyMap<string, readonly string[]>;

/** Reads what `ssh -G` prints: a keyword, a blank, the value. */
export function parseConfigOutput(text: string): ConfigValues {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const blank = line.indexOf(' ');
    if (blank <= 0) continue;
    const keyword = line.slice(0, blank).toLowerCase();
    const list = values.get(keyword);
    if (list === undefined) values.set(keyword, [line.slice(blank + 1)]);
    else list.push(line.slice(blank + 1));
  }
  return values;
}

/** Puts the settings of one alias into our words; expands what `ssh -G` leaves as written (key files, certificates, the agent). */
export function toResolvedTarget(alias: string, values: ConfigValues, local: LocalIdentity): ResolvedTarget {
  const first = (keyword: string) => values.get(keyword)?.[0];
  const set = (keyword: string) => unlessNone(first(keyword));
  const hostname = first('hostname') ?? alias;
  const port = Number(first('port') ?? 22);
  const user = first('user') ?? local.user;
  const hostKeyAlias = set('hostkeyalias');
  const expand = (path: string) => expandPath(path, { alias, hostname, port, user, hostKeyAlias, local });
  const agent = agentSocket(first('identityagent'), expand, local.environment);
  const proxyCommand = set('proxycommand');
  const timeout = Number(set('connecttimeout'));
  const bindAddress = set('bindaddress');
  return {
    alias,
    hostname,
    port,
    user,
    identityFiles: (values.get('identityfile') ?? []).filter((path) => path !== 'none').map(expand),
    identitiesOnly: isYes(first('identitiesonly')),
    ...(agent === undefined ? {} : { identityAgent: agent }),
    certificateFiles: (values.get('certificatefile') ?? []).filter((path) => path !== 'none').map(expand),
    proxyJump: (set('proxyjump') ?? '').split(',').filter((hop) => hop !== ''),
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
    userKnownHostsFiles: splitPaths(first('userknownhostsfile')).map(expand),
    globalKnownHostsFiles: splitPaths(first('globalknownhostsfile')).map(expand),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    strictHostKeyChecking: first('stricthostkeychecking') ?? 'ask',
    hashKnownHosts: isYes(first('hashknownhosts')),
    ...(timeout > 0 ? { connectTimeoutMs: timeout * 1000 } : {}),
    addressFamily: first('addressfamily') === 'inet' ? 4 : first('addressfamily') === 'inet6' ? 6 : 0,
    ...(bindAddress === undefined ? {} : { bindAddress }),
    onlyOpenSsh: onlyOpenSshSettings(values),
  };
}

/** Settings that change who is trusted or how the server is reached, and that our own client does not have. */
function onlyOpenSshSettings(values: ConfigValues): string[] {
  const found: string[] = [];
  for (const keyword of ['PKCS11Provider', 'RevokedHostKeys', 'KnownHostsCommand', 'BindInterface']) {
    const value = unlessNone(values.get(keyword.toLowerCase())?.[0]);
    if (value !== undefined) found.push(`${keyword} ${value}`);
  }
  const methods = values.get('preferredauthentications')?.[0];
  if (methods !== undefined && !methods.split(',').includes('publickey')) {
    found.push(`PreferredAuthentications ${methods}`);
  }
  if (values.get('pubkeyauthentication')?.[0] === 'no' || values.get('pubkeyauthentication')?.[0] === 'false') {
    found.push('PubkeyAuthentication no');
  }
  return found;
}

interface TokenValues {
  readonly alias: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias: string | undefined;
  readonly local: LocalIdentity;
}

/** ~, ${NAME} and the % tokens of ssh_config(5), TOKENS. */
function expandPath(path: string, of: TokenValues): string {
  const { local } = of;
  const tokens: Record<string, string> = {
    '%': '%',
    h: of.hostname,
    n: of.alias,
    p: String(of.port),
    r: of.user,
    k: of.hostKeyAlias ?? of.alias,
    u: local.user,
    d: local.home,
    i: String(local.uid),
    l: local.hostname,
    L: local.hostname.split('.')[0] ?? '',
    C: createHash('sha1').update(`${local.hostname}${of.hostname}${of.port}${of.user}`).digest('hex'),
  };
  const expanded = path
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
    .replace(/\$\{(\w+)\}/g, (_, name: string) => local.environment[name] ?? '');
  return expandHome(expanded, local.home);
}

/** A path with a leading ~ as the account's home. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}

function agentSocket(
  setting: string | undefined,
  expand: (path: string) => string,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  if (setting === 'none') return undefined;
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return environment.SSH_AUTH_SOCK || undefined;
  if (setting.startsWith('$') && !setting.startsWith('${')) return environment[setting.slice(1)] || undefined;
  return expand(setting);
}

/** `ssh -G` joins paths by blanks without quotes; a piece that does not look like a path's start belongs to the one before. */
function splitPaths(value: string | undefined): string[] {
  const paths: string[] = [];
  for (const piece of (value ?? '').split(' ')) {
    if (/^[/~]/.test(piece) || paths.length === 0) paths.push(piece);
    else paths.push(`${paths.pop()} ${piece}`);
  }
  return paths.filter((path) => path !== 'none' && path !== '');
}

function unlessNone(value: string | undefined): string | undefined {
  return value === undefined || value === 'none' || value === '' ? undefined : value;
}

function isYes(value: string | undefined): boolean {
  return value === 'yes' || value === 'true';
}
