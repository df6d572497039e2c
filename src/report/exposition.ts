/** One number of a metric. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with what explains it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly Omit<Sample, 'name'>[];
}

/** Metrics in the text format 0.0.4 of Prometheus (docs/instrumenting/exposition_formats.md); HELP and TYPE once each, one sample a line. */
export function renderExposition(families: readonly MetricFamily[]): string {
  return families
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${numberText(value)}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

/** The samples of such a text; undefined if anything in it is not as we write it, so that nothing is taken from a file that is cut or foreign. */
export function parseExposition(text: string): readonly Sample[] | undefined {
  if (text !== '' && !text.endsWith('\n')) return undefined;
  const samples: Sample[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    if (line.startsWith('#')) continue;
    const sample = parseSample(line);
    if (sample === undefined) return undefined;
    samples.push(sample);
  }
  return samples;
}

const NAME = /^[a-z_][a-z0-9_]*/;
const LABEL = /^([a-z_][a-z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|\})/;

function parseSample(line: string): Sample | undefined {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return undefined;
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    for (let more = true; more; ) {
      const label = LABEL.exec(rest);
      const [all = '', key = '', value = '', end] = label ?? [];
      if (label === null || Object.hasOwn(labels, key)) return undefined;
      labels[key] = unescapeValue(value);
      rest = rest.slice(all.length);
      more = end === ',';
    }
  }
  return /^ -?\d+(\.\d+)?(e[+-]?\d+)?$/.test(rest) ? { name, labels, value: Number(rest) } : undefined;
}

function labelText(labels: Sample['labels']): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escapeValue(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const escapeValue = (value: string) => value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
const unescapeValue = (value: string) => value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));

/** As Go's ParseFloat reads it; what is no number would spoil the file for its reader. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is no value of a metric`);
  return String(value);
}
