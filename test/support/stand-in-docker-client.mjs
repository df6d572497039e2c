// The docker client and its daemon, as far as one container is made, looked at and removed: state in a JSON file beside it.
// Arguments: file of the state, then those of the client. What it does not know it refuses, with 125.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const [file, ...given] = process.argv.slice(2);
const words = given[0] === '-H' ? given.slice(2) : given;
const state = JSON.parse(readFileSync(file, 'utf8'));
const save = () => writeFileSync(file, JSON.stringify(state));
const log = (line) => appendFileSync(`${file}.asked`, `${line}\n`);
const [verb, ...rest] = words;

function fail(text, code = 1) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

/** Takes options with their values out of the words; `takes` are those with a value. */
function options(list, takes) {
  const found = [];
  const left = [];
  for (let i = 0; i < list.length; i++) {
    const word = list[i];
    if (left.length === 0 && word.startsWith('-')) {
      const [name, value] = word.includes('=')
        ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
        : [word];
      found.push([name, value ?? (takes.includes(name) ? list[++i] : true)]);
    } else left.push(word);
  }
  return { found, left, one: (name) => found.find(([each]) => each === name)?.[1] };
}

const at = (value, path) => path.split('.').reduce((each, key) => each?.[key], value);
function render(format, value) {
  return format.replaceAll(/\{\{(json )?\.([\w.]*)\}\}/g, (_, json, path) => {
    const found = path === '' ? value : at(value, path);
    if (found === undefined) fail(`template: no ${path}`, 125);
    return json ? JSON.stringify(found) : String(found);
  });
}

const find = (word) => state.containers.find((each) => each.Id === word || each.Name === `/${word}`);
const must = (word) => find(word) ?? fail(`Error: No such container: ${word}`);
const imageOf = (word) => state.images[word] ?? Object.values(state.images).find((each) => each.Id === word);

function create(list) {
  const { found, left, one } = options(list, ['--name', '--environment']);
  const all = (name) => found.filter(([each]) => each === name).map(([, value]) => value);
  const image = imageOf(left[0]) ?? fail(`Unable to find image '${left[0]}'`, 125);
  const name = `/${one('--name')}`;
  if (state.containers.some((each) => each.Name === name)) fail(`Conflict: ${name}`, 125);
  if (state.refuse) fail(state.refuse, 125);
  const env = readFileSync(one('--environment'), 'utf8').split('\n').filter(Boolean);
  const labels = all('--label').map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]);
  const [policy, most] = (one('--restart') ?? 'no').split(':');
  const id = String(++state.made)
    .padStart(4, '0')
    .repeat(16);
  state.containers.push({
    Id: id,
    Name: name,
    Image: image.Id,
    RestartCount: 0,
    State: { Status: 'created', Running: false, Restarting: false, Dead: false, Pid: 0, ExitCode: 0 },
    Config: {
      Image: left[0],
      Cmd: left.length > 1 ? left.slice(1) : image.Config.Cmd,
      Entrypoint: image.Config.Entrypoint,
      User: image.Config.User,
      Env: [
        ...image.Config.Env.filter((each) => !env.some((own) => own.startsWith(each.replace(/=.*/s, '=')))),
        ...env,
      ],
      Labels: { ...image.Config.Labels, ...Object.fromEntries(labels) },
    },
    HostConfig: {
      Binds: all('--volume').length > 0 ? all('--volume') : null,
      NetworkMode: one('--network') === 'bridge' ? 'default' : one('--network'),
      RestartPolicy: { Name: policy, MaximumRetryCount: Number(most ?? 0) },
      Privileged: one('--privileged') === true,
      CapAdd: all('--cap-add').length > 0 ? all('--cap-add').map((each) => `CAP_${each}`) : null,
      CapDrop: all('--cap-drop').length > 0 ? all('--cap-drop') : null,
      PortBindings: {},
      IpcMode: 'private',
      SecurityOpt: one('--privileged') === true ? ['label=disable'] : null,
    },
  });
  save();
  process.stdout.write(`WARNING: something that is none of our business\n${id}\n`);
}

function setRunning(container, running) {
  Object.assign(container.State, {
    Restarting: false,
    Running: running,
    Status: running ? 'running' : 'exited',
    Pid: running ? 100 : 0,
  });
  save();
}

const verbs = {
  version: () =>
    console.log(render(options(rest, ['--format']).one('--format'), { Server: { Version: state.version } })),
  ps: () => {
    const format = options(rest, ['--format']).one('--format');
    for (const each of state.containers) console.log(render(format, { ID: each.Id, Names: each.Name.slice(1) }));
  },
  inspect: () => {
    const { one, left } = options(rest, ['--type', '--format']);
    for (const word of left) {
      const found = one('--type') === 'image' ? imageOf(word) : find(word);
      if (found === undefined) fail(`Error: No such ${one('--type')}: ${word}`);
      console.log(render(one('--format'), found));
    }
  },
  create: () => create(rest),
  start: () => {
    const container = must(rest[0]);
    const image = imageOf(container.Image);
    if (image?.refuses) fail(image.refuses, 127);
    setRunning(container, image?.ends === undefined);
    if (image?.ends !== undefined) {
      container.State.ExitCode = image.ends;
      const loops = container.HostConfig.RestartPolicy.Name === 'always';
      if (loops) Object.assign(container.State, { Running: true, Restarting: true, Status: 'restarting' });
    }
    save();
  },
  stop: () => {
    const container = must(options(rest, ['-t']).left[0]);
    if (state.stuck) fail('cannot stop container');
    setRunning(container, false);
  },
  rename: () => {
    const container = must(rest[0]);
    if (container.State.Restarting) fail('no sandbox');
    if (find(rest[1])) fail(`Conflict: ${rest[1]}`);
    container.Name = `/${rest[1]}`;
    save();
  },
  rm: () => {
    const { left, one } = options(rest, []);
    const container = must(left[0]);
    if (container.State.Running && !one('-f')) fail('You cannot remove a running container');
    if (state.busy === container.Name) {
      container.State.Status = 'dead';
      save();
      fail(`unlinkat /var/lib/docker/overlay2/x/merged: device or resource busy`);
    }
    state.containers = state.containers.filter((each) => each !== container);
    save();
  },
  logs: () => console.log('it said why'),
  pull: () => {
    const image = state.registry[rest[0]] ?? fail(`manifest for ${rest[0]} not found`);
    state.images[rest[0]] = image;
    save();
  },
};

log(words.join(' '));
if (state.silent) await new Promise((done) => setTimeout(done, 30_000));
(verbs[verb] ?? (() => fail(`no verb ${verb}`, 125)))();
