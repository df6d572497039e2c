import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import { quotePosix } from '../core/text.ts';
import type { ConfigQuestion, ResolvedTarget } from './resolved-target.ts';
import { type ConfigConditions, conditionKey, readConditions } from './ssh-config-lines.ts';
import { type ConfigValues, type LocalIdentity, parseConfigOutput, toResolvedTarget } from './ssh-config-output.ts';

/** Where the configuration is; `sshBinary` stands in tests for another client. */
export interface SshConfigOptions {
  readonly local: LocalIdentity;
  /** Instead of the account's and the system's files, as `ssh -F`. */
  readonly configFile?: string;
  readonly sshBinary?: string;
}

/**
 * Asks the user's own ssh what its configuration says (`ssh -G`). Aliases that the same Host and Match lines apply to
 * are asked for by two of them only, if the second answer is the first one with the name exchanged; else one by one.
 */
export class SshConfig {
  readonly #options: SshConfigOptions;
  readonly #conditions: ConfigConditions;
  readonly #answers = new Map<string, ResolvedTarget>();
  readonly #early = new Map<string, Promise<ConfigValues | undefined>>();
  #started = 0;

  constructor(options: SshConfigOptions) {
    this.#options = options;
    this.#conditions = readConditions(configFiles(options));
  }

  /** How many ssh processes were started so far. */
  get started(): number {
    return this.#started;
  }

  /**
   * Begins to ask what will be asked later, in two processes at most; not where a line runs a command of the user's (Match exec), or
   * where the hosts differ. Trouble is told when it is really asked.
   */
  askAhead(questions: readonly ConfigQuestion[]): void {
    if (this.#conditions.perHost !== undefined) return;
    if (new Set(questions.map((question) => this.#groupOf(question))).size > 1) return;
    for (const question of longestFirst(questions).slice(0, 2)) {
      const answer = this.#start(question);
      answer.catch(() => {});
      this.#early.set(idOf(question), answer);
    }
  }

  /** The answers in the order of the questions. Throws E_SSH_CONFIG with what ssh printed. */
  async resolve(questions: readonly ConfigQuestion[]): Promise<ResolvedTarget[]> {
    const open = new Map<string, ConfigQuestion>();
    for (const question of questions) if (!this.#answers.has(idOf(question))) open.set(idOf(question), question);
    const groups = new Map<string, ConfigQuestion[]>();
    for (const question of open.values()) {
      const key = this.#groupOf(question);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [question]);
      else group.push(question);
    }
    await inParallel([...groups.values()], (group) => this.#resolveGroup(group));
    return questions.flatMap((question) => this.#answers.get(idOf(question)) ?? []);
  }

  #groupOf(question: ConfigQuestion): string {
    const { alias, user, port } = question;
    const alone = this.#conditions.perHost !== undefined || !isPlainName(alias);
    const key = alone ? `alone ${alias}` : conditionKey(this.#conditions.conditions, alias);
    return `${key}\0${user ?? ''}\0${port ?? ''}`;
  }

  async #resolveGroup(group: readonly ConfigQuestion[]): Promise<void> {
    const [first, second, ...others] = longestFirst(group);
    if (first === undefined) return;
    const [firstValues, secondAnswer] = await Promise.all([first, second].map((each) => each && this.#ask(each)));
    if (firstValues === undefined) {
      for (const question of group) this.#keep(question, defaultValues(question, this.#options.local));
      return;
    }
    this.#keep(first, firstValues);
    if (second === undefined) return;
    const secondValues = secondAnswer ?? firstValues;
    this.#keep(second, secondValues);
    const derive = (question: ConfigQuestion) => exchangeName(firstValues, first.alias, question.alias);
    const explained = sameValues(derive(second), secondValues);
    await inParallel(others, async (question) => {
      this.#keep(question, explained ? derive(question) : ((await this.#ask(question)) ?? firstValues));
    });
  }

  #keep(question: ConfigQuestion, values: ConfigValues): void {
    this.#answers.set(idOf(question), toResolvedTarget(question.alias, values, this.#options.local));
  }

  #ask(question: ConfigQuestion): Promise<ConfigValues | undefined> {
    const early = this.#early.get(idOf(question));
    this.#early.delete(idOf(question));
    return early ?? this.#start(question);
  }

  /** What `ssh -G` answers; undefined if there is no ssh. */
  #start(question: ConfigQuestion): Promise<ConfigValues | undefined> {
    const { configFile, sshBinary = 'ssh', local } = this.#options;
    const args = ['-G', '-T'];
    if (configFile !== undefined) args.push('-F', configFile);
    if (question.user !== undefined) args.push('-l', question.user);
    if (question.port !== undefined) args.push('-p', String(question.port));
    args.push('--', question.alias);
    this.#started += 1;
    return new Promise((resolve, reject) => {
      const child = execFile(
        sshBinary,
        args,
        { env: local.environment, timeout: 20_000, maxBuffer: 1 << 22 },
        (error, stdout, stderr) => {
          if (error === null) resolve(parseConfigOutput(stdout));
          else if (error.code === 'ENOENT') resolve(undefined);
          else reject(refusedError(question.alias, configFile, error.killed === true, stderr));
        },
      );
      child.stdin?.end();
    });
  }
}

/** Long names are the least likely to be part of another word of the answer. */
function longestFirst(questions: readonly ConfigQuestion[]): readonly ConfigQuestion[] {
  return [...questions].sort((a, b) => b.alias.length - a.alias.length);
}

function configFiles({ configFile, local }: SshConfigOptions): { path: string; includeDir: string }[] {
  const userDir = join(local.home, '.ssh');
  if (configFile !== undefined) return [{ path: configFile, includeDir: userDir }];
  return [
    { path: join(userDir, 'config'), includeDir: userDir },
    { path: '/etc/ssh/ssh_config', includeDir: '/etc/ssh' },
  ];
}

/** Names that ssh takes as they are: no capitals, no IPv6, no numbers that it would read as an address in another form. */
function isPlainName(alias: string): boolean {
  if (/^[\d.]+$/.test(alias)) return /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(alias);
  return /^[a-z0-9._-]*[g-wyz_-][a-z0-9._-]*$/.test(alias) || /^[a-z][a-z0-9._-]*$/.test(alias);
}

function idOf({ alias, user, port }: ConfigQuestion): string {
  return `${alias}\0${user ?? ''}\0${port ?? ''}`;
}

/** What ssh would use with no configuration, where there is no ssh to ask. */
function defaultValues(question: ConfigQuestion, local: LocalIdentity): ConfigValues {
  return new Map([
    ['hostname', [question.alias.toLowerCase()]],
    ['port', [String(question.port ?? 22)]],
    ['user', [question.user ?? local.user]],
    ['identityfile', ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa']],
    ['userknownhostsfile', ['~/.ssh/known_hosts']],
    ['globalknownhostsfile', ['/etc/ssh/ssh_known_hosts']],
  ]);
}

function exchangeName(values: ConfigValues, from: string, to: string): ConfigValues {
  return new Map([...values].map(([key, list]) => [key, list.map((value) => value.replaceAll(from, to))]));
}

/** Compares what we read of an answer; other keywords (ControlPath with a hash) may differ. */
function sameValues(a: ConfigValues, b: ConfigValues): boolean {
  const ours = (values: ConfigValues) =>
    JSON.stringify([...values].filter(([key]) => !UNREAD.has(key)).sort(([x], [y]) => (x < y ? -1 : 1)));
  return ours(a) === ours(b);
}

const UNREAD: ReadonlySet<string> = new Set(['host', 'controlpath', 'localcommand', 'remotecommand']);

function refusedError(alias: string, file: string | undefined, timedOut: boolean, stderr: string): UnbusyError {
  const words = timedOut ? 'it did not answer within 20 s' : stderr.trim() || 'it printed nothing';
  return new UnbusyError('E_SSH_CONFIG', `ssh refused its configuration for ${alias}: ${words}`, {
    hint: `Run \`ssh -G${file === undefined ? '' : ` -F ${quotePosix(file)}`} ${alias}\` and correct what it names.`,
    host: alias,
    data: { stderr: stderr.trim() },
  });
}

/** Runs the job over the items, a few at a time; the first failure fails all. */
async function inParallel<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await job(item);
  };
  await Promise.all(Array.from({ length: Math.min(items.length, 2 * availableParallelism()) }, worker));
}
