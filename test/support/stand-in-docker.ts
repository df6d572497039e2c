import type { Json, JsonObject } from '../../src/core/json.ts';

/** What the client ends with. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A container as `docker inspect` shows it, as far as it is used here. */
export type StandInContainer = Record<string, Json>;

/** What the daemon knows. */
export interface DockerState {
  made: number;
  version: string;
  images: Record<string, JsonObject>;
  /** Images that can be pulled. */
  registry: Record<string, JsonObject>;
  containers: StandInContainer[];
  /** Why no container is made. */
  refuse?: string | undefined;
  /** Name of the one that cannot be removed, with its slash. */
  busy?: string;
  /** It does not answer at all. */
  silent?: boolean;
}

/** Docker as far as one container is made, looked at and removed. What it does not know it refuses, with 125. */
export class StandInDocker {
  state: DockerState;
  /** Each call of the client, its words in one line. */
  readonly asked: string[] = [];

  constructor(state: DockerState) {
    this.state = state;
  }

  /** Does what the client is told to do; `environment` is the text of its --env-file. Undefined: it never answers. */
  answer(given: readonly string[], environment: string): Answer | undefined {
    const words = given[0] === '-H' ? given.slice(2) : given;
    this.asked.push(words.join(' '));
    if (this.state.silent === true) return undefined;
    const [verb = '', ...rest] = words;
    try {
      const stdout = this.#run(verb, rest, environment);
      return { code: 0, stdout, stderr: '' };
    } catch (error) {
      if (error instanceof Refusal) return { code: error.code, stdout: error.stdout, stderr: `${error.message}\n` };
      throw error;
    }
  }

  #run(verb: string, rest: readonly string[], environment: string): string {
    switch (verb) {
      case 'version':
        return `${render(options(rest, ['--format']).text('--format'), { Server: { Version: this.state.version } })}\n`;
      case 'ps':
        return this.#list(rest);
      case 'inspect':
        return this.#inspect(rest);
      case 'create':
        return this.#create(rest, environment);
      case 'start':
        return this.#start(this.#must(rest[0]));
      case 'stop':
        return setRunning(this.#must(options(rest, ['-t']).left[0]), false);
      case 'rename':
        return this.#rename(this.#must(rest[0]), rest[1] ?? '');
      case 'rm':
        return this.#remove(rest);
      case 'logs':
        return 'it said why\n';
      case 'pull':
        return this.#pull(rest[0] ?? '');
      default:
        throw new Refusal(`no verb ${verb}`, 125);
    }
  }

  #find(word: string | undefined): StandInContainer | undefined {
    return this.state.containers.find((each) => each.Id === word || each.Name === `/${word}`);
  }

  #must(word: string | undefined): StandInContainer {
    const found = this.#find(word);
    if (found === undefined) throw new Refusal(`Error: No such container: ${word}`);
    return found;
  }

  #imageOf(word: unknown): JsonObject | undefined {
    const { images } = this.state;
    return images[String(word)] ?? Object.values(images).find((each) => each.Id === word);
  }

  #list(words: readonly string[]): string {
    const format = options(words, ['--format']).text('--format');
    return this.state.containers
      .map((each) => `${render(format, { ID: each.Id as string, Names: String(each.Name).slice(1) })}\n`)
      .join('');
  }

  #inspect(words: readonly string[]): string {
    const { text, left } = options(words, ['--type', '--format']);
    let lines = '';
    for (const word of left) {
      const found = text('--type') === 'image' ? this.#imageOf(word) : this.#find(word);
      if (found === undefined) throw new Refusal(`Error: No such ${text('--type')}: ${word}`, 1, lines);
      lines += `${render(text('--format'), found)}\n`;
    }
    return lines;
  }

  #create(words: readonly string[], environment: string): string {
    const { all, left, has, text } = options(words, ['--name', '--env-file']);
    const [name, wanted] = [`/${text('--name')}`, left[0] ?? ''];
    const image = this.#imageOf(wanted);
    if (image === undefined) throw new Refusal(`Unable to find image '${wanted}'`, 125);
    if (this.state.containers.some((each) => each.Name === name)) throw new Refusal(`Conflict: ${name}`, 125);
    if (this.state.refuse !== undefined) throw new Refusal(this.state.refuse, 125);
    const config = image.Config as { Cmd: Json; Entrypoint: Json; User: Json; Env: string[]; Labels: JsonObject };
    const env = environment.split('\n').filter((line) => line !== '');
    const isReplaced = (line: string) => env.some((own) => own.startsWith(line.replace(/=.*/s, '=')));
    const labels = all('--label').map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]);
    const [policy = 'no', most = '0'] = (all('--restart')[0] ?? 'no').split(':');
    this.state.made += 1;
    const id = String(this.state.made).padStart(4, '0').repeat(16);
    this.state.containers.push({
      Id: id,
      Name: name,
      Image: image.Id as string,
      RestartCount: 0,
      State: { Status: 'created', Running: false, Restarting: false, Dead: false, Pid: 0, ExitCode: 0 },
      Config: {
        Image: wanted,
        Cmd: left.length > 1 ? left.slice(1) : config.Cmd,
        Entrypoint: config.Entrypoint,
        User: config.User,
        Env: [...config.Env.filter((line) => !isReplaced(line)), ...env],
        Labels: { ...config.Labels, ...Object.fromEntries(labels) },
      },
      HostConfig: {
        Binds: orNull(all('--volume')),
        NetworkMode: text('--network') === 'bridge' ? 'default' : text('--network'),
        RestartPolicy: { Name: policy, MaximumRetryCount: Number(most) },
        Privileged: has('--privileged'),
        CapAdd: orNull(all('--cap-add').map((each) => `CAP_${each}`)),
        CapDrop: orNull(all('--cap-drop')),
        PortBindings: {},
        IpcMode: 'private',
        SecurityOpt: has('--privileged') ? ['label=disable'] : null,
      },
    });
    return `WARNING: something that is none of our business\n${id}\n`;
  }

  #start(container: StandInContainer): string {
    const image = this.#imageOf(container.Image);
    if (image?.refuses !== undefined) throw new Refusal(String(image.refuses), 127);
    const ends = image?.ends;
    setRunning(container, ends === undefined);
    if (ends === undefined) return '';
    const loops = (container.HostConfig as { RestartPolicy: { Name: string } }).RestartPolicy.Name === 'always';
    const restarting = loops ? { Running: true, Restarting: true, Status: 'restarting' } : {};
    container.State = { ...(container.State as JsonObject), ...restarting, ExitCode: ends };
    return '';
  }

  #rename(container: StandInContainer, name: string): string {
    if ((container.State as JsonObject).Restarting === true) throw new Refusal('no sandbox');
    if (this.#find(name)) throw new Refusal(`Conflict: ${name}`);
    container.Name = `/${name}`;
    return '';
  }

  #remove(words: readonly string[]): string {
    const { left, has } = options(words, []);
    const container = this.#must(left[0]);
    const state = container.State as JsonObject;
    if (state.Running === true && !has('-f')) throw new Refusal('You cannot remove a running container');
    if (this.state.busy === container.Name) {
      container.State = { ...state, Status: 'dead' };
      throw new Refusal('unlinkat /var/lib/docker/overlay2/x/merged: device or resource busy');
    }
    this.state.containers = this.state.containers.filter((each) => each !== container);
    return '';
  }

  #pull(name: string): string {
    const image = this.state.registry[name];
    if (image === undefined) throw new Refusal(`manifest for ${name} not found`);
    this.state.images[name] = image;
    return '';
  }
}

/** The client ends with this number and these words. */
class Refusal extends Error {
  readonly code: number;
  readonly stdout: string;

  constructor(message: string, code = 1, stdout = '') {
    super(message);
    this.code = code;
    this.stdout = stdout;
  }
}

const orNull = (list: readonly string[]): Json => (list.length > 0 ? [...list] : null);

function setRunning(container: StandInContainer, running: boolean): string {
  const change = {
    Restarting: false,
    Running: running,
    Status: running ? 'running' : 'exited',
    Pid: running ? 100 : 0,
  };
  container.State = { ...(container.State as JsonObject), ...change };
  return '';
}

/** Takes options with their values out of the words; `takes` are those whose value is the next word. */
function options(words: readonly string[], takes: readonly string[]) {
  const found: [string, string | true][] = [];
  const left: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (left.length > 0 || !word.startsWith('-')) {
      left.push(word);
      continue;
    }
    const [name = '', value] = word.includes('=')
      ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
      : [word];
    if (value !== undefined) found.push([name, value]);
    else if (takes.includes(name)) found.push([name, words[++i] ?? '']);
    else found.push([name, true]);
  }
  const all = (name: string) => found.filter(([each]) => each === name).map(([, value]) => String(value));
  return { left, all, has: (name: string) => all(name).length > 0, text: (name: string) => all(name)[0] ?? '' };
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((each, key) => (each as Record<string, unknown> | undefined)?.[key], value);

/** A Go template of nothing but fields; `json` before one asks for its JSON. */
function render(format: string, value: JsonObject): string {
  return format.replaceAll(/\{\{(json )?\.([\w.]*)\}\}/g, (_, json: string | undefined, path: string) => {
    const found = path === '' ? value : at(value, path);
    if (found === undefined) throw new Refusal(`template: no ${path}`, 125);
    return json ? JSON.stringify(found) : String(found);
  });
}
