/** One series as a reader of the text format sees it. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Reads Prometheus' text format 0.0.4 strictly, by its own rules and not by ours: HELP and TYPE once for each metric and
 * before its samples, which stand together; no series twice; known escapes only; a newline at the end. Throws at the
 * first breach.
 */
export function readExposition(text: string): readonly Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no newline');
  const helped = new Set<string>();
  const typed = new Map<string, string>();
  const closed = new Set<string>();
  const series: Series[] = [];
  const seen = new Set<string>();
  let open = '';
  const enter = (name: string, line: string) => {
    if (name === open) return;
    closed.add(open);
    if (closed.has(name)) throw new Error(`the samples of ${name} do not stand together: ${line}`);
    open = name;
  };
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) ?(.*)$/.exec(line) ?? [];
    if (keyword !== undefined) {
      enter(name, line);
      if (seen.has(name)) throw new Error(`${keyword} after the samples of ${name}`);
      if (keyword === 'HELP') {
        if (helped.has(name)) throw new Error(`a second HELP of ${name}`);
        if (!/^(?:[^\\]|\\[\\n])*$/.test(rest)) throw new Error(`an unknown escape in HELP of ${name}`);
        helped.add(name);
      } else {
        if (typed.has(name)) throw new Error(`a second TYPE of ${name}`);
        if (rest !== 'gauge' && rest !== 'counter') throw new Error(`the type ${rest} of ${name}`);
        if ((rest === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${rest}`);
        typed.set(name, rest);
      }
      continue;
    }
    const sample = readSample(line);
    enter(sample.name, line);
    if (!helped.has(sample.name) || !typed.has(sample.name)) throw new Error(`no HELP or TYPE before ${line}`);
    const id = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(id)) throw new Error(`twice: ${line}`);
    seen.add(id).add(sample.name);
    series.push(sample);
  }
  return series;
}

function readSample(line: string): Series {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
  if (match === null) throw new Error(`no sample: ${line}`);
  const [, name = '', list = '', number = ''] = match;
  const value = Number(number);
  if (!/^[-+.\d]/.test(number) || Number.isNaN(value)) throw new Error(`no number: ${line}`);
  const labels: Record<string, string> = {};
  let rest = list;
  while (rest !== '') {
    const label = /^([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/.exec(rest);
    if (label === null) throw new Error(`no label: ${rest}`);
    const [all, key = '', raw = ''] = label;
    if (key in labels) throw new Error(`the label ${key} twice: ${line}`);
    labels[key] = raw.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
    rest = rest.slice(all.length);
  }
  return { name, labels, value };
}
