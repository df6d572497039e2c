import type { ContainerFacts, ImageFacts } from '../../programs/container-facts.ts';
import { unifiedDiff } from '../../programs/unified-diff.ts';
import { bindWords } from './binds.ts';
import type { DockerContainerParams } from './params.ts';

/** One setting of a container: the key names it, `secret` values are never shown. */
interface Setting {
  readonly key: string;
  readonly value: string;
  readonly secret?: true;
}

/** What differs between a container and what is wanted. */
export interface Difference {
  /** Keys of the settings that differ, sorted: image, args, bind /rootfs, env TOKEN. */
  readonly keys: readonly string[];
  /** To read; without the values of the environment unless they are asked for. */
  readonly diff: string;
}

/**
 * Compares a container with what is wanted. What its image gives to every container (environment, labels, command) is no
 * difference. `found` undefined: there is none yet, and everything is new.
 */
export function compare(
  found: ContainerFacts | undefined,
  params: DockerContainerParams,
  image: ImageFacts | undefined,
  ownImage: ImageFacts | undefined,
): Difference {
  // An image that lost its name is the same as long as nobody says what the name means now.
  const meant = image ?? (found?.image === params.image ? ownImage : undefined);
  const wanted = wantedSettings(params, meant);
  const all = found === undefined ? [] : foundSettings(found, params, ownImage);
  const unsure = meant === undefined && found?.image === params.image;
  const asked = new Set(wanted.map(({ key }) => key));
  const present = all.filter(({ key }) =>
    unsure ? asked.has(key) : ownImage !== undefined || !isOfImage(key) || asked.has(key),
  );
  const is = new Map(present.map((each) => [each.key, each.value]));
  const should = new Map(wanted.map((each) => [each.key, each.value]));
  const keys = [...new Set([...is.keys(), ...should.keys()])].filter((key) => is.get(key) !== should.get(key)).sort();
  const before = found === undefined ? undefined : textOf(present, params, should);
  return { keys, diff: unifiedDiff(`container ${params.name}`, before, textOf(wanted, params)) };
}

/** What an image may give to a container: without the image it cannot be told whose it is. */
function isOfImage(key: string): boolean {
  return /^(?:args$|env |label )/.test(key);
}

function wantedSettings(params: DockerContainerParams, image: ImageFacts | undefined): readonly Setting[] {
  return [
    { key: 'image', value: params.image ?? '' },
    ...(image === undefined ? [] : [{ key: 'image id', value: image.id }]),
    ...(params.args === undefined ? [] : [list('args', params.args)]),
    ...params.binds.map(bindSetting),
    { key: 'network', value: params.network },
    { key: 'restart', value: params.restart },
    { key: 'privileged', value: String(params.privileged) },
    ...capabilities('cap_add', params.cap_add),
    ...capabilities('cap_drop', params.cap_drop),
    ...secrets(params.env, image?.env),
    ...labels(params.labels, image?.labels),
  ];
}

function foundSettings(
  found: ContainerFacts,
  params: DockerContainerParams,
  image: ImageFacts | undefined,
): readonly Setting[] {
  const usual = params.args === undefined && image !== undefined && same(found.args, image.args);
  return [
    { key: 'image', value: found.image },
    { key: 'image id', value: found.imageId },
    ...(usual ? [] : [list('args', found.args)]),
    ...found.binds.map(bindSetting),
    { key: 'network', value: found.network },
    { key: 'restart', value: found.restart },
    { key: 'privileged', value: String(found.privileged) },
    ...capabilities('cap_add', found.capAdd),
    ...capabilities('cap_drop', found.capDrop),
    ...secrets(found.env, image?.env),
    ...labels(found.labels, image?.labels),
  ];
}

function list(key: string, values: readonly string[]): Setting {
  return { key, value: JSON.stringify(values) };
}

function bindSetting(text: string): Setting {
  const { target, words } = bindWords(text);
  return { key: `bind ${target}`, value: words };
}

/** Docker 20.10 and later write CAP_SYS_ADMIN for SYS_ADMIN. */
function capabilities(key: string, names: readonly string[]): readonly Setting[] {
  const plain = names.map((name) => name.toUpperCase().replace(/^CAP_/, ''));
  return [...new Set(plain)].map((name) => ({ key: `${key} ${name}`, value: 'yes' }));
}

function secrets(env: Readonly<Record<string, string>>, ofImage: Readonly<Record<string, string>> = {}) {
  return besides(env, ofImage).map(([name, value]) => ({ key: `env ${name}`, value, secret: true as const }));
}

function labels(all: Readonly<Record<string, string>>, ofImage: Readonly<Record<string, string>> = {}) {
  return besides(all, ofImage).map(([name, value]) => ({ key: `label ${name}`, value }));
}

/** Without what the image says itself. */
function besides(all: Readonly<Record<string, string>>, ofImage: Readonly<Record<string, string>>) {
  return Object.entries(all).filter(([name, value]) => ofImage[name] !== value);
}

/** One line a setting, sorted; of a secret only whether it is another one than `other` has. */
function textOf(
  settings: readonly Setting[],
  { show_env: shown }: DockerContainerParams,
  other?: ReadonlyMap<string, string>,
): string {
  const lines = settings.map(({ key, value, secret }) => {
    if (secret !== true || shown) return `${key}: ${value}\n`;
    const rival = other?.get(key);
    return `${key}: ${rival !== undefined && rival !== value ? '(another value, not shown)' : '(not shown)'}\n`;
  });
  return lines.sort().join('');
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}
