/** A metric of a text exposition, with its samples by their labels, sorted and written as k="v". */
export interface MetricFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: ReadonlyMap<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const SAMPLE = new RegExp(
  `^(${NAME})\\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*",?)*)\\} (-?[0-9]+(?:\\.[0-9]+)?)$`,
);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"/g;

/**
 * Reads the text format of Prometheus, more strictly than a collector does: HELP, TYPE, then the samples of that metric and no
 * other; no sample twice; no timestamps; a newline at the end. Throws with the line that is wrong.
 */
export function readExposition(text: string): ReadonlyMap<string, MetricFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no newline');
  const families = new Map<string, { type: string; help: string; samples: Map<string, number> }>();
  let open = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const help = new RegExp(`^# HELP (${NAME}) (.+)$`).exec(line);
    const type = new RegExp(`^# TYPE (${NAME}) (gauge|counter)$`).exec(line);
    const sample = SAMPLE.exec(line);
    const family = families.get(open);
    if (help !== null) {
      open = help[1] ?? '';
      if (families.has(open)) throw new Error(`a second HELP: ${line}`);
      families.set(open, { type: '', help: help[2] ?? '', samples: new Map() });
    } else if (type !== null) {
      if (family === undefined || type[1] !== open || family.type !== '')
        throw new Error(`TYPE not after HELP: ${line}`);
      family.type = type[2] ?? '';
    } else if (sample !== null) {
      if (family === undefined || family.type === '' || sample[1] !== open) throw new Error(`no metric's: ${line}`);
      const key = labelsOf(sample[2] ?? '');
      if (family.samples.has(key)) throw new Error(`twice: ${line}`);
      family.samples.set(key, Number(sample[3]));
    } else throw new Error(`not the text format: ${line}`);
  }
  for (const [name, { type, samples }] of families) {
    if (samples.size === 0) throw new Error(`${name} has no sample`);
    if (name.endsWith('_total') !== (type === 'counter')) throw new Error(`${name} is a ${type}`);
  }
  return families;
}

/** The value of the one sample with these labels. */
export function sampleOf(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  return families.get(name)?.samples.get(keyOf(Object.entries(labels)));
}

function labelsOf(text: string): string {
  const meaning: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' };
  return keyOf(
    [...text.matchAll(LABEL)].map((match) => [
      match[1] ?? '',
      (match[2] ?? '').replace(/\\./g, (pair) => meaning[pair] ?? pair),
    ]),
  );
}

function keyOf(labels: readonly (readonly [string, string])[]): string {
  return labels
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join(',');
}
