import { parseYaml } from '../../config/yaml.ts';
import type { YamlEntry, YamlNode } from '../../config/yaml-node.ts';
import { MistakesError } from '../../core/errors.ts';
import { propagationNeed } from './binds.ts';
import type { Problem } from './problem.ts';
import type { RunBind } from './run-options.ts';
import type { Site, Subject } from './subject.ts';
import { UNKNOWN } from './word.ts';

const BY_HAND = 'Edit it by hand; nothing was changed.';

/** Reads a compose file; its text is cut and joined at the places of its values, and never written anew. */
export function readComposeSubject(text: string, dataRoot: string): Subject {
  const { root, problems } = parse(text);
  const services = root?.entries?.get('services')?.node;
  const missing = { at: 0, why: 'has no services', hint: 'Name the compose file itself.' };
  return {
    text,
    readable: problems.length === 0,
    sites: [...(services?.entries?.values() ?? [])].map((service) => siteOf(text, service, dataRoot)),
    problems: problems.length === 0 && services?.entries === undefined ? [missing] : problems,
    complete: true,
    place: { at: 0, indent: '' },
    isComment: (at) => at === 0,
  };
}

function parse(text: string): { readonly root: YamlNode | undefined; readonly problems: readonly Problem[] } {
  const odd = text.startsWith('\ufeff') ? 0 : text.indexOf('\r');
  if (odd >= 0) {
    const why = 'has a byte order mark or carriage returns, which a line more would not have';
    return { root: undefined, problems: [{ at: odd, why, hint: BY_HAND }] };
  }
  try {
    return { root: parseYaml('', text, 'E_USAGE').root, problems: [] };
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    const problems = error.mistakes.map(({ message, place }) => {
      const { line = 1, column = 1 } = place ?? {};
      const start =
        text
          .split('\n')
          .slice(0, line - 1)
          .join('\n').length + (line > 1 ? 1 : 0);
      return { at: start + column - 1, why: message, hint: BY_HAND };
    });
    return { root: undefined, problems };
  }
}

function siteOf(text: string, { key, keyOffset, node }: YamlEntry, dataRoot: string): Site {
  const scalar = (name: string) => {
    const value = node.entries?.get(name)?.node.value;
    return typeof value === 'string' ? interpolated(value) : undefined;
  };
  const privileged = node.entries?.get('privileged')?.node;
  const first = [...(node.entries?.values() ?? [])][0];
  const start = text.lastIndexOf('\n', (first?.keyOffset ?? keyOffset) - 1) + 1;
  const indent = text.slice(start, first?.keyOffset ?? keyOffset);
  const spliced = node.offset > keyOffset && first !== undefined && /^ *$/.test(indent);
  const volumes = spliced ? volumesOf(text, node.entries?.get('volumes'), dataRoot) : { binds: [], unclear: undefined };
  const closed = { at: keyOffset, why: 'the service is no block of lines of its own', hint: BY_HAND };
  return {
    at: privileged === undefined ? keyOffset : privileged.offset,
    identity: { name: scalar('container_name'), service: key, image: scalar('image') },
    looped: false,
    privileged: privileged === undefined ? 'absent' : privileged.value === true ? 'yes' : 'no',
    privilege: spliced ? { at: start, text: `${indent}privileged: true\n` } : closed,
    binds: volumes.binds,
    unclear: spliced ? volumes.unclear : closed,
  };
}

interface Volumes {
  readonly binds: readonly RunBind[];
  readonly unclear: Problem | undefined;
}

function volumesOf(text: string, volumes: YamlEntry | undefined, dataRoot: string): Volumes {
  if (volumes === undefined) return { binds: [], unclear: undefined };
  const problem = (node: YamlNode, why: string): Volumes => ({
    binds: [],
    unclear: { at: node.offset, why, hint: BY_HAND },
  });
  const { node, keyOffset } = volumes;
  if (node.items === undefined || node.offset < keyOffset) return problem(node, 'the volumes are no list of their own');
  const binds: RunBind[] = [];
  for (const item of node.items) {
    const long = longForm(item, dataRoot);
    if (long !== undefined) return problem(item, long);
    if (typeof item.value !== 'string') continue;
    const end = scalarEnd(text, item);
    if (end === undefined || item.offset < node.offset) return problem(item, 'the volume is not written on one line');
    binds.push({ form: 'volume', value: interpolated(item.value), at: item.offset, end });
  }
  return { binds, unclear: undefined };
}

/** Why a volume in the long form cannot stay as it is; undefined if it can, or is in the short form. */
function longForm({ value, entries }: YamlNode, dataRoot: string): string | undefined {
  if (typeof value === 'string') return undefined;
  if (entries === undefined) return 'the volume is neither a text nor a mapping';
  const text = (node: YamlNode | undefined) => (typeof node?.value === 'string' ? interpolated(node.value) : '');
  if (text(entries.get('type')?.node) !== 'bind') return undefined;
  const propagation = entries.get('bind')?.node.entries?.get('propagation')?.node;
  const need = propagationNeed([text(propagation)], text(entries.get('source')?.node), dataRoot);
  if (need === 'add') return 'the bind is in the long form and needs `bind: {propagation: rslave}`';
  return need.kind === 'problem' ? need.why : undefined;
}

/** Where the value of a scalar ends in the text, before a closing quote; undefined for a block or several lines. */
function scalarEnd(text: string, { offset, source, quoted }: YamlNode): number | undefined {
  if (quoted !== true)
    return source !== undefined && text.startsWith(source, offset) ? offset + source.length : undefined;
  const raw = /^(?:'(?:[^'\n]|'')*'|"(?:[^"\\\n]|\\.)*")/.exec(text.slice(offset))?.[0];
  return raw === undefined ? undefined : offset + raw.length - 1;
}

/** Compose replaces $NAME and ${NAME…} when it runs, and $$ by a dollar. */
function interpolated(value: string): string {
  return value.replace(/\$\$|\$\{[^}]*\}|\$[A-Za-z_]\w*/g, (found) => (found === '$$' ? '$' : UNKNOWN));
}
