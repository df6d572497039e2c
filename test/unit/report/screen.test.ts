import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/report/screen.ts';

/** What a terminal of that width would show after these writes: as much of ECMA-48 as the screen uses. */
function show(text: string): readonly string[] {
  const rows = [''];
  let row = 0;
  for (const [part] of text.matchAll(/\x1b\[(?:\d+F|K|J)|\n|[^\x1b\n]+/g)) {
    const up = /^\x1b\[(\d+)F$/.exec(part);
    if (up !== null) row -= Number(up[1]);
    else if (part === '\x1b[J') rows.splice(row);
    else if (part === '\n') row += 1;
    else if (part !== '\x1b[K') rows[row] = part;
    while (rows.length <= row) rows.push('');
  }
  return rows;
}

function screenOf(columns = 80) {
  const writes: string[] = [];
  return {
    writes,
    screen: new Screen(
      (text) => writes.push(text),
      () => columns,
    ),
  };
}

describe('the screen', () => {
  it('draws over the last frame and keeps what was scrolled', () => {
    const { writes, screen } = screenOf();
    screen.draw(['one', 'two', 'three']);
    screen.scroll('problem');
    screen.draw(['one!', 'two!']);
    expect(show(writes.join(''))).toEqual(['problem', 'one!', 'two!', '']);
    screen.clear();
    expect(show(writes.join(''))).toEqual(['problem', '']);
  });

  it('writes each frame at once, and an equal frame not at all', () => {
    const { writes, screen } = screenOf();
    screen.draw(['one']);
    screen.draw(['one']);
    expect(writes).toHaveLength(1);
    screen.draw(['two']);
    expect(writes).toHaveLength(2);
  });

  it('scrolls at once while there is no window', () => {
    const { writes, screen } = screenOf();
    screen.scroll('early');
    expect(writes).toEqual(['early\x1b[K\n']);
  });

  it('goes back over the rows that a narrower window made of the lines', () => {
    const { writes, screen } = screenOf(4);
    screen.draw(['123456789']);
    screen.draw(['x']);
    expect(writes[1]).toContain('\x1b[3F');
  });
});
