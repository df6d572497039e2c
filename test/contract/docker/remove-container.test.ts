import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeContainer } from '../../../src/programs/remove-container.ts';
import { shellKinds } from '../../support/shells.ts';
import { ableToHideRun, DockerBed } from './docker-bed.ts';

if (!ableToHideRun) console.warn('LEFT OUT: remove-container needs root and mount namespaces of Linux');

const ID = 'd'.repeat(64);

describe.skipIf(!ableToHideRun).each(shellKinds())('remove-container under $name', (shell) => {
  let bed: DockerBed;
  beforeEach(async () => {
    bed = new DockerBed();
    await bed.serve({});
  });
  afterEach(() => bed.close());

  /** A daemon that has the container in this state until `rm` was run with this exit number. */
  const daemon = (state: string, rm: string) => `gone='${bed.directory}/gone'
    case $1 in
    inspect) if [ -e "$gone" ]; then echo "No such container" >&2; exit 1; fi; echo '${ID} ${state}' ;;
    ps) [ -e "$gone" ] || echo ${ID} ;;
    rm) ${rm} ;;
    esac`;
  const asked = () =>
    readFileSync(join(bed.directory, 'asked'), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  const removals = () => asked().filter((line) => line.includes(' rm '));
  const remove = (socket = true) =>
    removeContainer(bed.host(shell, { socket }), { id: ID, name: 'app', deadlineMs: 1000 });

  it.each(['true false dead', 'true false removing', 'false false removing'])(
    'removes once what is %s, without force',
    async (state) => {
      bed.client(daemon(state, 'touch "$gone"'));
      expect(await remove()).toEqual({ kind: 'done' });
      expect(removals()).toEqual([expect.stringMatching(new RegExp(` rm ${ID}$`))]);
    },
  );

  it.each(['true true running', 'false false exited', 'false true running', 'false false created'])(
    'leaves what is %s',
    async (state) => {
      bed.client(daemon(state, 'touch "$gone"'));
      expect(await remove()).toMatchObject({ kind: 'stale' });
      expect(removals()).toEqual([]);
    },
  );

  it('believes the second look, not the exit number', async () => {
    bed.client(daemon('true false dead', 'touch "$gone"; exit 1'));
    expect((await remove()).kind).toBe('done');
    rmSync(join(bed.directory, 'gone'));
    bed.client(daemon('true false dead', 'echo removed'));
    expect(await remove()).toMatchObject({ kind: 'denied', why: 'removed' });
  });

  it('gives the words of a daemon that refuses, as text', async () => {
    bed.client(daemon('true false dead', `printf 'Error: \\033[31mbusy\\n' >&2; exit 1`));
    expect(await remove()).toEqual({ kind: 'denied', why: 'Error: \\x1b[31mbusy' });
    expect(removals()).toHaveLength(1);
  });

  it('is done if the container is gone already', async () => {
    bed.client(daemon('true false dead', ''));
    bed.client(`case $1 in inspect) exit 1 ;; ps) exit 0 ;; esac`);
    expect((await remove()).kind).toBe('done');
    expect(existsSync(join(bed.directory, 'gone'))).toBe(false);
  });

  it('does not take a daemon that does not answer for one that says no', async () => {
    bed.client(daemon('true false dead', 'exec sleep 60'));
    expect(await remove()).toMatchObject({ kind: 'unknown' });
    bed.client('exit 1');
    expect(await remove()).toMatchObject({ kind: 'denied' });
    expect(await remove(false)).toMatchObject({ kind: 'failed' });
  });
});
