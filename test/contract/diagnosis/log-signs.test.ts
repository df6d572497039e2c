import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSigns } from '../../../src/diagnosis/journal-verdicts.ts';
import { observeLogSigns } from '../../../src/programs/log-signs.ts';
import { ShellHost } from '../../support/shell-host.ts';
import type { ShellKind } from '../../support/shells.ts';
import { awkKinds } from '../scan/awk-kinds.ts';
import { Bed } from '../scan/bed.ts';

const HOUR = 3_600_000;
const BUSY = 'failed to remove root filesystem';

/** A journalctl that has these entries, says what it was asked for, and knows short-unix only from systemd 230 on. */
const journalctl = (entries: string, more = '') => `#!/bin/sh
  printf '%s\\n' "$*" >>"$0.asked"
  ${more}
  case "$*" in
    *'-n 1 '*) echo something ;;
    *'-n 0 '*) ;;
    *) cat <<'END'
${entries}
END
  esac
`;

/** busybox takes its own dmesg, whatever PATH has; this machine's ring buffer may have anything. */
const isOwn = ({ name }: ShellKind) => name !== 'busybox';

describe.each(awkKinds())('the log of a host, under $name', (shell) => {
  const bed = new Bed();
  afterAll(() => bed.close());

  function hostWith(name: string, tools: Readonly<Record<string, string>>): ShellHost {
    const folder = bed.folder(name);
    for (const [tool, text] of Object.entries(tools)) writeFileSync(join(folder, tool), text, { mode: 0o755 });
    return new ShellHost({ ...shell, path: `${folder}:${shell.path}` });
  }

  async function look(host: ShellHost, windowMs?: number) {
    const seen = await observeLogSigns(host, windowMs);
    if (seen.kind !== 'known') throw seen.error;
    return seen;
  }

  const now = Math.floor(Date.now() / 1000);
  const id = 'c'.repeat(64);

  it('is read from the journal, with the time and the writer of each line; other lines are not taken', async () => {
    const entries = [
      `${now - 5}.250000 h1 dockerd[12]: level=error msg="container ${id}: driver \\"overlay2\\" ${BUSY}: unlinkat /x\\ty/merged: device or resource busy"`,
      `${now - 6}.000000 h1 dockerd[12]: level=info msg="API listen on /run/docker.sock"`,
      `${now - 7}.000000 h1 web[12]: ${BUSY}`,
      `            ${BUSY}, the second line of an entry`,
      `${now - 8}.500000 h1 kernel: device-mapper: thin: Deletion of thin device 86 failed.`,
      `${now - 7200}.500000 h1 kernel: device-mapper: thin: Deletion of thin device 86 failed.`,
    ];
    const { facts, gaps } = await look(hostWith('journal', { journalctl: journalctl(entries.join('\n')) }), HOUR);
    expect(gaps).toEqual([]);
    expect(facts.cut).toBe(false);
    expect(facts.lines.map(({ from }) => from)).toEqual(['dockerd', 'web', 'kernel']);
    expect(facts.lines[0]?.atMs).toBe(now * 1000 - 4750);
    expect(facts.lines[0]?.text).toContain('\\"overlay2\\"');
    expect(readSigns(facts).map(({ sign, subject }) => [sign.id, subject.name])).toEqual([
      ['remove-busy', id],
      ['thin-delete', 'thin device 86'],
    ]);
  });

  it('is read by its ISO times where systemd is too old for others', async () => {
    const old = `case "$*" in *short-unix*) echo 'Unknown output' >&2; exit 1 ;; esac`;
    const time = new Date((now - 60) * 1000 + 8 * HOUR).toISOString().slice(0, 19);
    const { facts } = await look(
      hostWith('old', { journalctl: journalctl(`${time}+0800 h1 dockerd-current[1]: ${BUSY}`, old) }),
    );
    expect(facts.lines).toEqual([{ atMs: (now - 60) * 1000, from: 'dockerd-current', text: BUSY }]);
  });

  it('is cut to what was asked for, and says so', async () => {
    const entries = Array.from({ length: 1200 }, (_, at) => `${now - at}.000000 h1 dockerd[12]: ${BUSY} ${at}`);
    const { facts } = await look(hostWith('many', { journalctl: journalctl(entries.join('\n')) }));
    expect([facts.lines.length, facts.cut]).toEqual([1000, true]);
    expect(facts.lines.at(-1)?.text).toBe(`${BUSY} 999`);
  });

  it.runIf(isOwn(shell))('is that of the ring buffer where the journal has nothing of the kernel', async () => {
    const noKernel = `case "$*" in *-k*) exit 1 ;; esac`;
    const dmesg = `#!/bin/sh
      read -r up _ </proc/uptime
      printf '[%12s] INFO: task sh:77 blocked for more than 120 seconds.\\n' "$up"
      printf '[%12s][  T1] nfs: server s1 not responding, still trying\\n' "$up"
      printf '[    1.000000] other\\n'`;
    const { facts, gaps } = await look(hostWith('ring', { journalctl: journalctl('', noKernel), dmesg }));
    expect(gaps).toEqual([]);
    expect(readSigns(facts).map(({ sign, subject }) => [sign.id, subject.name])).toEqual([
      ['hung-task', 'sh:77'],
      ['nfs-silent', 's1'],
    ]);
    for (const { atMs } of facts.lines) expect(Math.abs((atMs ?? 0) - facts.nowMs)).toBeLessThan(5000);
  });

  // The awk of busybox needs more than ten seconds for so many, which is told as late.
  it.runIf(isOwn(shell))(
    'that has more entries than are looked at is told as such, with the least that there can be',
    async () => {
      const flood = `case "$*" in *'-n 200000'*) awk 'BEGIN { for (i = 0; i < 200000; i++) print "${now}.000000 h1 dockerd[12]: other" }' ;; esac`;
      const entry = `${now}.000000 h1 dockerd[12]: ${BUSY}`;
      const { facts, gaps } = await look(hostWith('flood', { journalctl: journalctl(entry, flood) }));
      expect([facts.lines.length, facts.cut]).toEqual([1, true]);
      expect(gaps.map(({ what, why }) => `${what}: ${why}`)).toEqual([expect.stringMatching(/^the journal: .*200000/)]);
    },
  );

  it.runIf(isOwn(shell))('that ends with an error is a gap, and the ring buffer is read besides', async () => {
    const broken = `case "$*" in *'-n 200000'*) echo "${now}.000000 h1 dockerd[12]: ${BUSY}"; exit 1 ;; esac`;
    const dmesg = `#!/bin/sh\nread -r up _ </proc/uptime\nprintf '[%12s] nfs: server s1 not responding, still trying\\n' "$up"`;
    const { facts, gaps } = await look(hostWith('broken', { journalctl: journalctl('', broken), dmesg }));
    expect(gaps.map(({ what, why }) => `${what}: ${why}`)).toEqual([expect.stringMatching(/^the journal: .*error/)]);
    expect(readSigns(facts).map(({ sign }) => sign.id)).toEqual(['remove-busy', 'nfs-silent']);
  });

  it.runIf(isOwn(shell))('that cannot be read is a gap, and not a quiet log', async () => {
    const mute = { journalctl: '#!/bin/sh\nexit 1\n', dmesg: '#!/bin/sh\nexit 1\n' };
    const { facts, gaps } = await look(hostWith('mute', mute));
    expect(facts.lines).toEqual([]);
    expect(gaps.map(({ what }) => what)).toEqual(['the journal', "the kernel's log"]);
    expect(gaps[0]?.why).toContain('no entries');
  });

  it('is asked for by the kernel, the runtimes and kubelet alone, as far back as is wanted', async () => {
    const folder = bed.folder('asked');
    await look(hostWith('asked', { journalctl: journalctl('') }), HOUR);
    const asked = readFileSync(join(folder, 'journalctl.asked'), 'utf8');
    expect(asked).toMatch(/-r .*--since -3600s _TRANSPORT=kernel \+ _COMM=dockerd .*_COMM=kubelet/);
    expect(asked).not.toMatch(/ -f\b|--rotate|--vacuum/);
  });
});
