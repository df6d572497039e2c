import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** Rooms from the top down; a room may import any below it, none above. */
const ORDER = [
  ['cli'],
  ['demo'],
  ['engine', 'report', 'journal', 'compile'],
  ['modules'],
  ['programs'],
  ['connection'],
  ['config'],
  ['expression'],
  ['diagnosis'],
  ['mounts'],
  ['core'],
];

/** One library, one file; the demo's server is the other end of the wire, hence a second file for ssh2. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  ssh2: ['connection/ssh-library.ts', 'demo/ssh-server.ts'],
  zx: ['connection/child-process.ts'],
  listr2: ['report/live.ts'],
  yaml: ['config/yaml.ts'],
  zod: ['config/schema.ts'],
  commander: ['cli/program.ts'],
  '@marcbachmann/cel-js': ['expression/cel.ts'],
  diff: ['programs/unified-diff.ts'],
  'web-tree-sitter': ['modules/installer-patch/shell-parser.ts'],
};

interface Source {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

function readSources(): readonly Source[] {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(ts|sh)$/.test(path));
  return paths.sort().map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    return { path, room: path.split('/')[0] ?? '', text, lines: text.split('\n').length - 1, imports: importsOf(text) };
  });
}

function importsOf(text: string): readonly string[] {
  const found = [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?from\s*)?'([^']+)'/g)];
  const dynamic = [...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)];
  return [...found, ...dynamic].map((match) => match[1] ?? '');
}

/** Path below src of a relative import, or undefined for a package. */
function target(source: Source, specifier: string): string | undefined {
  return specifier.startsWith('.') ? relative(SRC, resolve(SRC, dirname(source.path), specifier)) : undefined;
}

function level(room: string): number {
  return ORDER.findIndex((rooms) => rooms.includes(room));
}

/** Imports that do not go downwards. */
function upward(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((specifier) => {
      const path = target(source, specifier);
      const room = path?.split('/')[0];
      if (path === undefined || room === undefined || room === source.room) return [];
      return level(room) > level(source.room) ? [] : [`${source.path} imports ${path}`];
    }),
  );
}

/** A circle of files, as the path that closes it. */
function circles(sources: readonly Source[]): readonly string[] {
  const edges = new Map(
    sources.map((source) => [source.path, source.imports.map((each) => target(source, each) ?? '')]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    else if (!done.has(path))
      for (const next of edges.get(path) ?? []) if (edges.has(next)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

/** Libraries imported by another file than their one. */
function strayLibraries(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((specifier) => {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) return [];
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      return (LIBRARIES[name] ?? []).includes(source.path) ? [] : [`${source.path} imports ${name}`];
    }),
  );
}

/** Functions longer than that many lines, by the indentation of their closing brace. */
function longFunctions(source: Source, most: number): readonly string[] {
  const lines = source.text.split('\n');
  return lines.flatMap((line, start) => {
    const head =
      /^(\s*)(?:export )?(?:async )?(?:function\*? |(?:static |async |\*)*#?\w+\(.*\).*\{$|const \w+ = (?:async )?\(.*=> \{$)/.exec(
        line,
      );
    if (head === null || /^\s*(?:if|for|while|switch|return|describe|it)\b/.test(line)) return [];
    const end = lines.findIndex((each, index) => index > start && each.startsWith(`${head[1]}}`));
    return end - start > most ? [`${source.path}:${start + 1} has ${end - start} lines`] : [];
  });
}

const sources = readSources();
const typescript = sources.filter((source) => source.path.endsWith('.ts'));

describe('the layout', () => {
  it('knows every room', () => {
    expect([...new Set(sources.map((source) => source.room))].filter((room) => level(room) < 0)).toEqual([]);
  });

  it('imports downwards only', () => {
    expect(upward(typescript)).toEqual([]);
    const wrong = { path: 'core/x.ts', room: 'core', text: '', lines: 1, imports: ['../engine/run.ts'] };
    expect(upward([wrong])).toEqual(['core/x.ts imports engine/run.ts']);
  });

  it('keeps core free of everything but node', () => {
    const strange = typescript
      .filter((source) => source.room === 'core')
      .flatMap((source) => source.imports.filter((each) => !each.startsWith('./') && !each.startsWith('node:')));
    expect(strange).toEqual([]);
  });

  it('keeps modules apart from each other', () => {
    const folder = (path: string) => path.split('/').slice(0, 2).join('/');
    const crossing = typescript
      .filter((source) => source.path.split('/').length > 2 && source.room === 'modules')
      .flatMap((source) =>
        source.imports
          .map((each) => target(source, each) ?? '')
          .filter(
            (path) =>
              path.startsWith('modules/') && path !== 'modules/module.ts' && folder(path) !== folder(source.path),
          )
          .map((path) => `${source.path} imports ${path}`),
      );
    expect(crossing).toEqual([]);
  });

  it('has no circle', () => {
    expect(circles(typescript)).toEqual([]);
    const a = { path: 'core/a.ts', room: 'core', text: '', lines: 1, imports: ['./b.ts'] };
    const b = { path: 'core/b.ts', room: 'core', text: '', lines: 1, imports: ['./a.ts'] };
    expect(circles([a, b])).toEqual(['core/a.ts → core/b.ts → core/a.ts']);
  });

  it('imports each library in one file', () => {
    expect(strayLibraries(typescript)).toEqual([]);
    const wrong = { path: 'core/x.ts', room: 'core', text: '', lines: 1, imports: ['ssh2'] };
    expect(strayLibraries([wrong])).toEqual(['core/x.ts imports ssh2']);
  });

  it('ends the process in one place', () => {
    const ending = typescript.filter((source) => /process\.exit\s*\(/.test(source.text)).map((source) => source.path);
    expect(ending.filter((path) => path !== 'cli/main.ts')).toEqual([]);
  });

  it('keeps files small', () => {
    expect(sources.filter((source) => source.lines > 300).map((source) => `${source.path}: ${source.lines}`)).toEqual(
      [],
    );
    const sorted = sources.map((source) => source.lines).sort((x, y) => x - y);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(100);
  });

  it('keeps functions small', () => {
    expect(typescript.flatMap((source) => longFunctions(source, 50))).toEqual([]);
    const long = {
      path: 'core/x.ts',
      room: 'core',
      lines: 60,
      imports: [],
      text: `function f() {\n${'  x();\n'.repeat(55)}}\n`,
    };
    expect(longFunctions(long, 50)).toEqual(['core/x.ts:1 has 56 lines']);
  });

  it('has no barrel and no vague name', () => {
    const vague = /(^|\/)(utils?|helpers?|common|manager|misc)(\.|\/|$)/;
    expect(sources.filter((source) => vague.test(source.path)).map((source) => source.path)).toEqual([]);
    const barrel = typescript.filter((source) => /export \* from/.test(source.text)).map((source) => source.path);
    expect(barrel).toEqual([]);
  });

  it('pairs each program with its driver', () => {
    const programs = sources.filter((source) => source.path.startsWith('programs/') && source.path.endsWith('.sh'));
    const alone = programs.filter((each) => !sources.some((other) => other.path === each.path.replace(/\.sh$/, '.ts')));
    expect(alone.map((source) => source.path)).toEqual([]);
  });
});
