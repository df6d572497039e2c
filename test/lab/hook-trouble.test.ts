import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { startContainer } from './faults/containers.ts';
import { cadvisor, nodeExporter } from './faults/holders.ts';
import { plantLeak } from './faults/leak.ts';
import { genuine } from './faults/model.ts';
import { mountsHeld } from './faults/mounts.ts';
import type { LabHost } from './host.ts';
import { expectFreed } from './sweep-steps.ts';
import { SWEEP, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
let hook: Buffer;
beforeAll(async () => {
  unbusy = new Unbusy();
  const folder = mkdtempSync(join(tmpdir(), 'unbusy-hook-'));
  const made = await unbusy.compile([SWEEP, '-o', join(folder, 'hook.sh'), '-e', 'docker_deadline=5s']);
  if (made.code !== 0) throw new Error(made.stderr);
  hook = readFileSync(join(folder, 'hook.sh'));
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => unbusy?.close());

const HOOK = '/root/hook.sh';
const bring = (host: LabHost) => host.must(`cat >${HOOK}; chmod 755 ${HOOK}`, { input: hook });

/** What a host of a product may lack; the last line proves that it does. */
const STRIP = `
  rm -f /usr/bin/perl* /usr/bin/python3* /usr/bin/jq /usr/bin/node*
  for each in node python python3 perl jq; do if command -v $each; then exit 1; fi; done`;

/** The number of a word of the last line of what a hook said. */
function said(text: string, word: string): number {
  const line =
    text
      .trim()
      .split('\n')
      .findLast((each) => each.startsWith('UNBUSY-RESULT v1 ')) ?? '';
  expect(line, text).not.toBe('');
  return Number(new RegExp(` ${word}=(\\d+)`).exec(line)?.[1]);
}

/** Shells, each with an awk of its own; busybox comes with all of its applets in front. */
const KINDS = [
  ['dash', 'ln -s /usr/bin/mawk /usr/local/sbin/awk', 'app-1'],
  ['bash', 'ln -s /usr/bin/gawk /usr/local/sbin/awk', 'app-2'],
  [
    'busybox sh',
    'for each in $(busybox --list); do [ "$each" = busybox ] || ln -s /bin/busybox "/usr/local/sbin/$each"; done',
    'app-3',
  ],
] as const;

describeLab(
  'a compiled hook in trouble (legacy rmdir rule, emulated)',
  { old: { legacyRmdir: true }, busy: { legacyRmdir: true } },
  (hosts) => {
    test('on a host without Node, Python, perl and jq: dash with mawk, bash with gawk, busybox alone', async () => {
      await hosts.old.fresh(async (host) => {
        await bring(host);
        const planted = await plantLeak(
          host,
          KINDS.map(([, , name]) => name),
          [cadvisor, nodeExporter],
        );
        const living = await bystanders(host);
        await host.must(STRIP);
        for (const [shell, prepare, name] of KINDS) {
          await host.must(prepare);
          const ran = await host.sh(`${shell} ${HOOK} --strict --only name=${name}`);
          expect([ran.code, said(ran.stdout, 'left')], shell + ran.stdout + ran.stderr).toEqual([0, 0]);
          expect(said(ran.stdout, 'released'), shell).toBeGreaterThan(1);
          const rest = KINDS.slice(KINDS.findIndex((each) => each[2] === name) + 1).map((each) => each[2]);
          const listed = await host.must("docker ps -a --format '{{.Names}}' | grep ^app- | sort || :");
          expect(listed.split('\n').filter(Boolean)).toEqual(rest);
          await host.must('/usr/bin/find /usr/local/sbin -type l -delete');
        }
        await expectFreed(host, planted);
        expect(await bystanders(host)).toEqual(living);
      });
    });

    test('started twice at once, and killed in the middle: what is left is done by the next', async () => {
      await hosts.old.fresh(async (host) => {
        await bring(host);
        const names = ['app-1', 'app-2', 'app-3', 'app-4', 'app-5'];
        const planted = await plantLeak(host, names, [cadvisor, nodeExporter]);
        const living = await bystanders(host);
        // A group of its own, which is killed as timeout(1) of an installer would, once it unmounts.
        const killed = await host.must(`
          setsid ${HOOK} >/root/first 2>&1 </dev/null & pid=$!
          until grep -q 'unmount of .*: ok' /var/log/unbusy/sweep-dead.log 2>/dev/null; do sleep 0.05; done
          kill -9 -- -$pid
          wait $pid || echo "ended with $?"
        `);
        expect(killed).toContain('ended with 137');
        const left = await Promise.all(planted.holders.map((holder) => mountsHeld(host, holder, planted.dead)));
        genuine(left.flat().length > 0, 'the hook was through before it was killed');
        const both = await host.must(`
          ${HOOK} --strict --budget 80 >/root/first 2>&1 & pid=$!
          ${HOOK} --strict --budget 80 >/root/second 2>&1 && echo "second $?"
          wait $pid && echo "first $?"
        `);
        expect(both.split('\n').sort()).toEqual(['first 0', 'second 0']);
        const texts = await Promise.all(['first', 'second'].map((name) => host.must(`cat /root/${name}`)));
        const released = texts.map((text) => said(text, 'released')).sort((a, b) => a - b);
        expect([released[0], texts.map((text) => said(text, 'left'))]).toEqual([0, [0, 0]]);
        expect(released[1]).toBe(left.flat().length);
        await expectFreed(host, planted);
        expect(await bystanders(host)).toEqual(living);
        expect(await host.must('ls -A /run/unbusy')).toBe('');
      });
    });

    test('with a data root that is frozen: the budget is kept, the uninstall goes on, and nothing is hidden', async () => {
      await hosts.busy.fresh(async (host) => {
        await bring(host);
        await host.must(`
          systemctl stop docker.socket docker.service
          truncate -s 300M ${host.diskImage('frozen')}
          mkfs.ext4 -q ${host.diskImage('frozen')}
          mount "$(losetup --find --show ${host.diskImage('frozen')})" /var/lib/docker
          systemctl start docker.service
          docker import -c 'CMD ["sleep","1d"]' /usr/local/share/lab/busybox.tar lab/busybox
        `);
        const planted = await plantLeak(host, ['app'], [cadvisor]);
        const living = await bystanders(host);
        await host.must('fsfreeze --freeze /var/lib/docker');
        const began = Number(await host.must('cut -d. -f1 /proc/uptime'));
        let text = '';
        try {
          const ran = await host.sh(`${HOOK} --budget 20`);
          const ended = Number(await host.must('cut -d. -f1 /proc/uptime'));
          text = ran.stdout + ran.stderr;
          expect(ran.code, text).toBe(0);
          expect(ended - began).toBeLessThan(30);
          expect(said(text, 'rc')).toBeGreaterThan(9);
          expect(said(text, 'left') + said(text, 'unknown'), text).toBeGreaterThan(0);
        } finally {
          await host.must('fsfreeze --unfreeze /var/lib/docker');
        }
        await startContainer(host, 'later');
        const after = await host.sh(`${HOOK} --strict`);
        expect([after.code, said(after.stdout, 'left')], `${text}\n${after.stdout}`).toEqual([0, 0]);
        await expectFreed(host, planted);
        expect((await bystanders(host)).filter(({ name }) => name !== 'later')).toEqual(living);
      });
    });
  },
);
