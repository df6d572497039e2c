import { describe, expect, it } from 'vitest';
import { SIGNS, searchForm } from '../../../src/diagnosis/journal-signs.ts';
import { readSigns } from '../../../src/diagnosis/journal-verdicts.ts';

const ID = '0123456789abcdef'.repeat(4);
const LAYER = 'fedcba9876543210'.repeat(4);
const UID = '2b8a7a4e-1111-2222-3333-444455556666';

/** Lines as kernels, Docker 1.13 to 29, kubelet 1.9 to 1.31 and containerd write them, with the sign that each is. */
const LINES: readonly (readonly [from: string, text: string, sign: string, subject: string])[] = [
  ['kernel', 'device-mapper: thin: Deletion of thin device 86 failed.', 'thin-delete', 'device thin device 86'],
  ['kernel', 'INFO: task kworker/u8:1:812 blocked for more than 120 seconds.', 'hung-task', 'task kworker/u8:1:812'],
  ['kernel', 'unregister_netdevice: waiting for lo to become free. Usage count = 1', 'netdev', 'device lo'],
  ['kernel', 'nfs: server 10.0.0.9 not responding, still trying', 'nfs-silent', 'server 10.0.0.9'],
  ['kernel', 'ceph: mds0 hung', 'ceph-silent', 'server mds0'],
  [
    'kernel',
    'device-mapper: thin: 253:4: switching pool to out-of-data-space (queue IO) mode',
    'thin-space',
    'device 253:4',
  ],
  ['kernel', 'blk_update_request: I/O error, dev sdb, sector 2048', 'storage-error', 'device sdb'],
  ['kernel', 'EXT4-fs error (device dm-3): ext4_find_entry:1455: inode #2', 'storage-error', 'device dm-3'],
  ['kernel', 'XFS (dm-1): Log I/O Error Detected. Shutting down filesystem', 'storage-error', 'device dm-1'],
  [
    'dockerd',
    `time="2026-11-21T09:00:00.123456789Z" level=error msg="Handler for DELETE /v1.41/containers/web returned error: container ${ID}: driver \\"overlay2\\" failed to remove root filesystem: unlinkat /var/lib/docker/overlay2/${LAYER}/merged: device or resource busy"`,
    'remove-busy',
    `container ${ID}`,
  ],
  [
    'dockerd-current',
    `Handler for DELETE /v1.24/containers/web returned error: Driver devicemapper failed to remove root filesystem ${ID}: Device is Busy`,
    'remove-busy',
    `container ${ID}`,
  ],
  ['containerd', `failed to unmount /run/x/${LAYER}/rootfs: device or resource busy`, 'remove-busy', 'host'],
  [
    'dockerd',
    `level=error msg="Handler for POST /v1.41/containers/${ID}/stop returned error: cannot stop container: ${ID}: tried to kill container, but did not receive an exit event"`,
    'no-exit-event',
    `container ${ID}`,
  ],
  [
    'dockerd',
    `level=info msg="Container ${ID.slice(0, 12)} failed to exit within 10 seconds of kill - trying direct SIGKILL"`,
    'kill-ignored',
    `container ${ID.slice(0, 12)}`,
  ],
  [
    'dockerd',
    `level=error msg="Container failed to exit within 10s of kill - trying direct SIGKILL" container=${ID} error="context deadline exceeded"`,
    'kill-ignored',
    `container ${ID}`,
  ],
  ['dockerd', 'http: Accept error: accept unix /run/docker.sock: accept4: too many open files', 'open-files', 'host'],
  [
    'kubelet',
    `E1106 15:27:01.514238   21874 remote_runtime.go:269] "StopPodSandbox from runtime service failed" err="rpc error: code = DeadlineExceeded desc = context deadline exceeded" podSandboxID="${ID}"`,
    'kubelet-stop',
    `container ${ID}`,
  ],
  [
    'kubelet',
    `E0312 remote_runtime.go:250] StopContainer "${ID}" from runtime service failed: rpc error: code = DeadlineExceeded`,
    'kubelet-stop',
    `container ${ID}`,
  ],
  [
    'kubelet',
    `E0521 pod_workers.go:191] "Error syncing pod, skipping" err="failed to \\"KillPodSandbox\\" for \\"${UID}\\" with KillPodSandboxError: \\"rpc error\\"" pod="shop/cart-0" podUID=${UID}`,
    'kubelet-pod',
    'pod shop/cart-0',
  ],
  [
    'kubelet',
    `E0521 pod_workers.go:186] Error syncing pod ${UID} ("cart_shop(${UID})"), skipping: error killing pod: failed to "KillContainer" for "cart" with KillContainerError`,
    'kubelet-pod',
    `pod ${UID}`,
  ],
  [
    'kubelet',
    `E0615 nestedpendingoperations.go:335] failed. Error: "UnmountVolume.TearDown failed for volume \\"v\\" (UniqueName: \\"kubernetes.io/csi/x\\") pod \\"${UID}\\" (UID: \\"${UID}\\") : unlinkat: device or resource busy"`,
    'kubelet-volume',
    `pod ${UID}`,
  ],
  [
    'kubelet',
    `E0916 kubelet_volumes.go:154] orphaned pod "${UID}" found, but volume paths are still present on disk : There were a total of 3 errors similar to this.`,
    'kubelet-orphan',
    `pod ${UID}`,
  ],
];

const facts = (from: string, text: string) => ({ nowMs: 0, windowMs: 0, lines: [{ from, text }], cut: false });

const shownBy = (from: string, text: string) =>
  readSigns(facts(from, text)).map(({ sign, subject }) => [sign.id, `${subject.kind} ${subject.name}`.trim()]);

describe('the signs of a log', () => {
  it.each(LINES)('%s: %s', (from, text, sign, subject) => {
    expect(shownBy(from, text)).toEqual([[sign, subject]]);
  });

  it.each(LINES)('are found on the host, by words alone: %s: %s', (_, text) => {
    expect(new RegExp(searchForm()).test(text)).toBe(true);
  });

  it('all have an example here', () => {
    const shown = new Set([...LINES.map(([, , sign]) => sign), 'stop-again']);
    expect(SIGNS.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  it.each(LINES)('are none if a container writes them to the journal: %s', (_, text) => {
    expect(shownBy('web', text)).toEqual([]);
    expect(shownBy(ID.slice(0, 12), text)).toEqual([]);
  });

  it.each([
    ['dockerd', 'API listen on /run/docker.sock'],
    ['dockerd', 'device-mapper: thin: Deletion of thin device 86 failed.'],
    ['kubelet', `orphaned pod "${UID}" found, removing`],
    ['kernel', 'device-mapper: thin: 253:4: switching pool to write mode'],
    ['kernel', 'nfs: server 10.0.0.9 OK'],
  ])('are not seen in %s: %s', (from, text) => {
    expect(shownBy(from, text)).toEqual([]);
  });

  it('do not take a container that minds no SIGTERM for one that does not end, unless it is stopped again and again', () => {
    const text = `level=info msg="Container failed to exit within 10s of signal 15 - using the force" container=${ID}`;
    const line = { from: 'dockerd', text };
    const times = (count: number) => readSigns({ nowMs: 0, windowMs: 0, cut: false, lines: Array(count).fill(line) });
    expect(times(2)).toEqual([]);
    expect(times(3)).toMatchObject([{ sign: { id: 'stop-again' }, count: 3, subject: { name: ID } }]);
  });

  it('ask the host for nothing that its awk would read as an escape', () => {
    expect(searchForm()).not.toMatch(/[\\^]/);
  });
});
