import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  callText,
  definition,
  FrameReader,
  framed,
  framesItself,
  newMarker,
  withoutComments,
} from '../../../src/connection/wire.ts';

const MARKER = 'aab0123456789abcdef0123456789aab';

/** Everything a reader says, with neighbouring data joined. */
function read(chunks: readonly Buffer[]): string[] {
  const said: string[] = [];
  const reader = new FrameReader(MARKER, {
    open: (number) => said.push(`open ${number}`),
    close: (number, status) => said.push(`close ${number} ${status}`),
    broken: (reason) => said.push(`broken ${reason}`),
    data: (bytes) => {
      const last = said.at(-1);
      if (last?.startsWith('data ')) said[said.length - 1] = last + bytes.toString('latin1');
      else said.push(`data ${bytes.toString('latin1')}`);
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return said;
}

const STREAM = `Welcome\n${MARKER}o0\nrecord\naab${MARKER}c0 0\nnoise${MARKER}o1\n${MARKER}c1 137\n${MARKER.slice(0, 9)}`;
const SAID = [
  'data Welcome\n',
  'open 0',
  'data record\naab',
  'close 0 0',
  'data noise',
  'open 1',
  'close 1 137',
  `data ${MARKER.slice(0, 9)}`,
];

describe('frames', () => {
  test('are found wherever the stream is cut', () => {
    const bytes = Buffer.from(STREAM, 'latin1');
    expect(read([bytes])).toEqual(SAID);
    expect(read(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(SAID);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (places) => {
        const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length];
        const chunks = cuts.slice(1).map((to, n) => bytes.subarray(cuts[n], to));
        expect(read(chunks)).toEqual(SAID);
      }),
    );
  });

  test('hold back no more than what may be a marker', () => {
    const seen: string[] = [];
    const reader = new FrameReader(MARKER, {
      open: () => {},
      close: () => {},
      broken: () => {},
      data: (bytes) => seen.push(bytes.toString()),
    });
    reader.push(Buffer.from('a long line without a marker and then aab01'));
    expect(seen.join('')).toBe('a long line without a marker and then ');
    reader.push(Buffer.from('x'));
    expect(seen.join('')).toBe('a long line without a marker and then aab01x');
  });

  test.each([`${MARKER}x\n`, `${MARKER}o\n`, `${MARKER}c1\n`, `${MARKER}c1 x\n`, `${MARKER}${'1'.repeat(80)}`])(
    'a marker that is not ours breaks the stream: %j',
    (text) => {
      expect(read([Buffer.from(text)])[0]).toMatch(/^broken/);
    },
  );
});

describe('the text of a call', () => {
  const program = { name: 'list-mounts', text: 'echo hi' };

  test('is a definition and a subshell with quoted words', () => {
    expect(definition(program)).toBe('unbusy_program_list_mounts() {\necho hi\n}\n');
    expect(callText({ program, args: ["it's", ''] })).toBe("( unbusy_program_list_mounts 'it'\\''s' '' ) </dev/null");
  });

  test('stands between lines of both streams; one write ends a call and opens the next', () => {
    const [open, both, close] = [`${MARKER}o7`, `${MARKER}c7 $1\n${MARKER}o8`, `${MARKER}c8 $1`];
    const calls = [
      { number: 7, text: 'true' },
      { number: 8, text: 'false' },
    ];
    expect(framed(MARKER, calls)).toBe(
      `echo "${open}";echo "${open}" >&2\ntrue\n` +
        `set -- $?;echo "${both}";echo "${both}" >&2\nfalse\n` +
        `set -- $?;echo "${close}";echo "${close}" >&2\n`,
    );
    expect(framed(MARKER, [])).toBe('');
  });

  test('of a command that frames itself has the lines as its arguments, and the frame is closed if it fails', () => {
    const [open, close] = [`${MARKER}o0`, `${MARKER}c0`];
    expect(framesItself(MARKER, 0, 'look')).toBe(`look ${open} ${close} </dev/null || echo "${open}\n${close} $?"\n`);
  });

  test.each(['', 'A', 'a b', 'a;reboot', '../x', '-a'])('refuses %j as the name of a program', (name) => {
    expect(() => definition({ name, text: ':' })).toThrow('not a program name');
  });

  test('leaves the comments of a program at home, and nothing else', () => {
    const text = 'set -eu\n# a note\n  # another\necho "#1" # at the end\nawk \'\n  # in awk\n  { print }\'';
    const bare = 'set -eu\necho "#1" # at the end\nawk \'\n  { print }\'';
    expect(withoutComments(text)).toBe(bare);
  });

  /** Lines of here-documents that begin with #: they are data, and would be lost. */
  function dataLikeComments(text: string): string[] {
    const found = /\\\n[ \t]*#/.test(text) ? ['a comment behind a continued line'] : [];
    let end: string | undefined;
    for (const line of text.split('\n')) {
      if (end === undefined) end = /^[^#]*<<-?[\\'"]?(\w+)/.exec(line)?.[1];
      else if (line.replace(/[\t']/g, '') === end) end = undefined;
      else if (/^[ \t]*#/.test(line)) found.push(line);
    }
    return found;
  }

  test('finds no program of which it would take data for a comment', () => {
    const folder = new URL('../../../src/', import.meta.url);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sh'));
    expect(names.length).toBeGreaterThan(50);
    const odd = names.filter((name) => dataLikeComments(readFileSync(new URL(name, folder), 'utf8')).length > 0);
    expect(odd).toEqual([]);
    expect(dataLikeComments('one \\\n# a note\ntwo\n')).not.toEqual([]);
    expect(dataLikeComments("cat <<'END'\n# data\nEND\n# a note\n")).toEqual(['# data']);
  });

  test('has a new marker each time', () => {
    expect(newMarker()).toMatch(/^[0-9a-f]{32}$/);
    expect(newMarker()).not.toBe(newMarker());
  });
});
