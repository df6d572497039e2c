import { describe, expect, it } from 'vitest';
import { KeptConnections } from '../../../../src/cli/diagnose/kept-connections.ts';
import type { Session } from '../../../../src/connection/session.ts';
import { UnbusyError } from '../../../../src/core/errors.ts';
import { silentSession } from '../../../support/shelf.ts';

const target = (name: string) => ({ name, identityFiles: [], transport: 'auto' as const });
const signal = new AbortController().signal;

/** Hosts whose connections are written down; `over` ends that of a host, `down` refuses it. */
function fleet() {
  const log: string[] = [];
  const over = new Set<string>();
  const down = new Set<string>();
  const open = async ({ name }: { readonly name: string }) => {
    log.push(`open ${name}`);
    if (down.has(name)) return { ok: false as const, error: new UnbusyError('E_CONNECT_TCP', 'refused') };
    const born = log.length;
    const session: Session = {
      ...silentSession(name),
      get over() {
        return over.has(name) && born < log.length;
      },
      close: async () => void log.push(`close ${name}`),
    };
    return { ok: true as const, session };
  };
  const kept = new KeptConnections(async (targets) => {
    log.push(`prepare ${targets.length}`);
    return { open, close: async () => void log.push('end') };
  });
  const look = async (...names: readonly string[]) => {
    const connector = await kept.connect(names.map(target));
    for (const name of names) {
      const opened = await connector.open(target(name), signal);
      if (opened.ok) await opened.session.close();
      else log.push(`no ${name}`);
    }
    await connector.close();
  };
  return { log, over, down, kept, look };
}

describe('connections that are kept', () => {
  it('are made once, however often a host is looked at, and end with the watch', async () => {
    const { log, kept, look } = fleet();
    await look('a', 'b');
    await look('a', 'b');
    expect(log).toEqual(['prepare 2', 'open a', 'open b']);
    await kept.close();
    expect(log.slice(3)).toEqual(['close a', 'close b', 'end']);
  });

  it('are made anew for a host whose session is over, and the old one is not left open', async () => {
    const { log, over, look } = fleet();
    await look('a', 'b');
    over.add('a');
    await look('a', 'b');
    expect(log).toEqual(['prepare 2', 'open a', 'open b', 'close a', 'open a']);
  });

  it('are tried again with each look where there was none', async () => {
    const { log, down, look } = fleet();
    down.add('a');
    await look('a');
    down.clear();
    await look('a');
    expect(log).toEqual(['prepare 1', 'open a', 'no a', 'open a']);
  });

  it('end well where none was made', async () => {
    const { log, kept } = fleet();
    await kept.close();
    expect(log).toEqual([]);
  });
});
