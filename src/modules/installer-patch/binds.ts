import { UNKNOWN } from './word.ts';

/** What a bind of a monitor needs so that unmounts on the host reach it. */
export type BindNeed =
  | { readonly kind: 'none' }
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'problem'; readonly why: string; readonly hint: string };

/** Where containers' file systems are mounted besides the data root: network namespaces, and what containerd and podman mount. */
const ROOTS = [
  '/run/docker/netns',
  '/var/run/docker/netns',
  '/run/containerd/io.containerd.runtime.v2.task',
  '/var/run/containerd/io.containerd.runtime.v2.task',
  '/var/lib/containerd',
  '/var/lib/containers/storage',
];

const FLOWS_IN = ['rslave', 'shared', 'rshared'];
const STAYS_OUT = ['slave', 'private', 'rprivate'];
const NONE: BindNeed = { kind: 'none' };

/** `-v SOURCE:TARGET[:OPTIONS]`, docker run(1): without a propagation of its own a bind is rprivate. */
export function volumeNeed(value: string, dataRoot: string): BindNeed {
  const [source = '', target, ...rest] = value.split(':');
  if (target === undefined) return source.startsWith(UNKNOWN) ? unclear() : NONE;
  const need = propagationNeed(rest.join(':').split(','), source, dataRoot);
  if (need !== 'add') return need;
  return { kind: 'suffix', suffix: rest.length === 0 ? ':rslave' : ',rslave' };
}

/** `--mount type=bind,source=…,target=…[,bind-propagation=…]`, docker run(1). */
export function mountNeed(value: string, dataRoot: string): BindNeed {
  const fields = new Map(
    value.split(',').map((field) => [field.split('=')[0] ?? '', field.slice(field.indexOf('=') + 1)]),
  );
  if ([...fields.keys()].some((key) => key.includes(UNKNOWN))) return unclear();
  const type = fields.get('type') ?? 'volume';
  if (type.includes(UNKNOWN)) return unclear();
  if (type !== 'bind') return NONE;
  const source = fields.get('source') ?? fields.get('src') ?? '';
  const need = propagationNeed([fields.get('bind-propagation') ?? ''], source, dataRoot);
  return need === 'add' ? { kind: 'suffix', suffix: ',bind-propagation=rslave' } : need;
}

/** What mountNeed or volumeNeed added, where it stands at the end of a value. */
export function addedSuffix(value: string): string | undefined {
  return [',bind-propagation=rslave', ',rslave', ':rslave'].find((suffix) => value.endsWith(suffix));
}

/** Judges the propagation that a bind has, and whether its source shows containers' mounts at all. */
export function propagationNeed(options: readonly string[], source: string, dataRoot: string): BindNeed | 'add' {
  if (options.some((option) => FLOWS_IN.includes(option))) return NONE;
  const shows = showsContainers(source, dataRoot);
  if (shows === 'no') return NONE;
  if (shows === 'unknown' || options.some((option) => option.includes(UNKNOWN))) return unclear();
  const other = options.find((option) => STAYS_OUT.includes(option));
  if (other === undefined) return 'add';
  return {
    kind: 'problem',
    why: `asks for ${other}, which keeps the host's unmounts out`,
    hint: 'Nobody writes that by chance: ask who did, and write rslave by hand.',
  };
}

function unclear(): BindNeed {
  return {
    kind: 'problem',
    why: 'binds a path that is known only when it runs',
    hint: 'Write the path itself, or the propagation that it must have (:rslave).',
  };
}

/** A bind shows containers' mounts if its source is above such a place, or inside of one. */
function showsContainers(source: string, dataRoot: string): 'yes' | 'no' | 'unknown' {
  const whole = source.split(UNKNOWN)[0] ?? '';
  const known = whole === source;
  if (known && (!source.startsWith('/') || source.endsWith('.sock'))) return 'no';
  if (!known && whole === '') return 'unknown';
  const path = `${known ? whole : whole.slice(0, whole.lastIndexOf('/'))}/`.replace(/\/{2,}/g, '/');
  const roots = [dataRoot, ...ROOTS].map((root) => `${root.replace(/\/+$/, '')}/`);
  if (roots.some((root) => path.startsWith(root))) return 'yes';
  if (roots.some((root) => root.startsWith(path))) return known ? 'yes' : 'unknown';
  return 'no';
}
