import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MountView } from '../../../src/mounts/model.ts';
import { type ScanRequest, scanMounts } from '../../../src/programs/scan-mounts.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';
import { Bed, compileOddTask, truth } from './bed.ts';

const LAYER = 'a'.repeat(63);
const TOKEN = `${LAYER}b`;
const PREFIX = `${TOKEN}c`;
const isRoot = process.getuid?.() === 0;

/** Shells of this machine, and dash again with each awk that is there. */
function kinds(): readonly ShellKind[] {
  const [dash] = shellKinds();
  const extra = ['mawk', 'gawk'].flatMap((name) => {
    const file = which(name);
    if (file === undefined || dash === undefined) return [];
    const directory = mkdtempSync(join(tmpdir(), 'unbusy-awk-'));
    afterAll(() => rmSync(directory, { recursive: true, force: true }));
    symlinkSync(file, join(directory, 'awk'));
    return [{ name: `${dash.name} with ${name}`, command: dash.command, path: `${directory}:${dash.path}` }];
  });
  return [...shellKinds(), ...extra];
}

function which(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

async function scan(kind: ShellKind, request: ScanRequest): Promise<MountView> {
  const result = await scanMounts(new ShellHost(kind), request);
  if (result.kind === 'unknown') throw result.error;
  return result.view;
}

/** Namespaces of the view with the ids of mounts that have the word as a component. */
function found(view: MountView, word: string): ReadonlyMap<number, ReadonlySet<number>> {
  return new Map(
    view.namespaces
      .map(
        (each) => [each.inode, (each.mounts ?? []).filter((mount) => mount.point.split('/').includes(word))] as const,
      )
      .filter(([, mounts]) => mounts.length > 0)
      .map(([inode, mounts]) => [inode, new Set(mounts.map((mount) => mount.id))] as const),
  );
}

function withMounts(all: ReadonlyMap<number, ReadonlySet<number>>): ReadonlyMap<number, ReadonlySet<number>> {
  return new Map([...all].filter(([, ids]) => ids.size > 0));
}

describe.skipIf(!isRoot)('scan-mounts on real namespaces (needs root)', () => {
  const bed = new Bed();
  beforeAll(async () => {
    const layer = bed.folder(TOKEN, 'merged');
    await bed.hold(`mount -t tmpfs leak ${layer}; echo ready; exec sleep 1000`);
  });
  afterAll(() => bed.close());

  for (const kind of kinds()) {
    describe(kind.name, () => {
      it('finds a mount that a token names, wherever it is, and nothing else', async () => {
        const view = await scan(kind, { tokens: [TOKEN] });
        expect(withMounts(truth(TOKEN)).size).toBe(1);
        expect(found(view, TOKEN)).toEqual(withMounts(truth(TOKEN)));
        const prefix = await scan(kind, { tokens: [PREFIX, LAYER] });
        expect(found(prefix, TOKEN)).toEqual(new Map());
      });

      it('counts every namespace', async () => {
        const view = await scan(kind, {});
        const seen = new Set(view.namespaces.map((each) => each.inode));
        for (const inode of truth('').keys()) expect(seen).toContain(inode);
        expect(view.hostNamespace).toBeGreaterThan(0);
      });
    });
  }
});
