/** A bind in Docker's short words, SOURCE:TARGET[:OPTIONS], in its parts. */
export interface Bind {
  /** Absolute path of the host, or the name of a volume. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Empty: what Docker takes by itself (rprivate; rslave for what holds the data root, since 17.12.1). */
  readonly propagation: string;
  /** Other options, sorted: z, Z, nocopy. */
  readonly others: readonly string[];
}

/** mount_namespaces(7); `docker run --volume` of 1.10 and later takes them. */
export const PROPAGATIONS = ['shared', 'slave', 'private', 'rshared', 'rslave', 'rprivate'] as const;

const OPTIONS: readonly string[] = ['ro', 'rw', 'z', 'Z', 'nocopy', ...PROPAGATIONS];

/** The parts of a bind; undefined if it is none. A slash at the end of a path means nothing. */
export function parseBind(text: string): Bind | undefined {
  const [source = '', target = '', words, ...rest] = text.split(':');
  if (rest.length > 0 || !target.startsWith('/') || !/^(?:\/|[A-Za-z0-9][A-Za-z0-9_.-]+$)/.test(source))
    return undefined;
  const options = words === undefined || words === '' ? [] : words.split(',');
  if (options.some((each) => !OPTIONS.includes(each))) return undefined;
  const propagation = options.filter((each) => (PROPAGATIONS as readonly string[]).includes(each));
  if (propagation.length > 1 || (options.includes('ro') && options.includes('rw'))) return undefined;
  return {
    source: trimmed(source),
    target: trimmed(target),
    readOnly: options.includes('ro'),
    propagation: propagation[0] ?? '',
    others: options.filter((each) => ['z', 'Z', 'nocopy'].includes(each)).sort(),
  };
}

/** The same bind in the same words, whoever wrote it. */
export function bindWords(text: string): { readonly target: string; readonly words: string } {
  const bind = parseBind(text);
  if (bind === undefined) return { target: text, words: text };
  const { source, target, readOnly, propagation, others } = bind;
  return {
    target,
    words: [source, readOnly ? 'ro' : 'rw', propagation, ...others].filter((each) => each !== '').join(' '),
  };
}

function trimmed(path: string): string {
  return path === '/' ? path : path.replace(/\/+$/, '');
}
