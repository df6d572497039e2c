import type { Session } from '../../connection/session.ts';
import { printable } from '../../core/text.ts';
import { leakedMountsModule } from '../../modules/leaked-mounts/index.ts';
import { leakedMountsParams } from '../../modules/leaked-mounts/params.ts';
import type { LeakedMountsState } from '../../modules/leaked-mounts/state.ts';
import { otherUsers } from '../../mounts/block-devices.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import type { WhyAnswer } from './why-answer.ts';

/** What leaked_mounts is asked for. */
export type LeakedQuestion = { readonly device: string } | { readonly container: string };

/**
 * A block device, or a container of another runtime than Docker, looked at as leaked_mounts would, so that both say the same.
 * Undefined if the host has no such device, or nothing is mounted of such a container: then others may know more of it.
 */
export async function lookAtLeaked(
  session: Session,
  asked: LeakedQuestion,
  openersOf: (leaks: readonly LeakedMount[]) => Promise<WhyAnswer['openers']>,
): Promise<WhyAnswer | undefined> {
  const parsed = leakedMountsParams.safeParse(asked);
  if (!parsed.success) return undefined;
  const params = parsed.data;
  const seen = await leakedMountsModule.observe(session, params);
  if (seen.kind === 'unknown') {
    // A device that is gone may still be the source of a mount, which is told without it.
    const mayBeGone = 'device' in asked && seen.error.code === 'E_UNKNOWN';
    if (seen.error.code === 'E_DAEMON_SILENT' || mayBeGone) return undefined;
    throw seen.error;
  }
  const { state, gaps } = seen;
  const isDevice = 'device' in asked;
  if (isDevice ? state.device === undefined : state.mounts.length + state.protected.length === 0) return undefined;
  const tried = new Map();
  const leaks = state.mounts.map(({ leak }) => leak);
  const self = state.device?.stack.devices.find(({ relation }) => relation === 'self')?.number ?? '';
  const name = isDevice ? asked.device : asked.container;
  return {
    target: { kind: isDevice ? 'device' : 'container', id: isDevice ? self : name, name, tokens: [], paths: [] },
    living: false,
    leaks,
    latent: [],
    openers: await openersOf(leaks),
    plan: leakedMountsModule.plan(state, params, tried),
    refusals: leakedMountsModule.refusals?.(state, params, tried) ?? [],
    findings: [],
    gaps,
    ...(isDevice ? {} : { owner: ownerOf(state) }),
    users: usersOf(state),
    playbook: `playbooks/leaked-mounts.yml -e ${isDevice ? 'device' : 'container'}=${name}`,
  };
}

/** What leaked_mounts would do about a path; nothing if it sees no mount there, or cannot look. */
export async function releaseOfPath(
  session: Session,
  path: string,
): Promise<Pick<WhyAnswer, 'plan' | 'refusals' | 'playbook'> | undefined> {
  const parsed = leakedMountsParams.safeParse({ path });
  if (!parsed.success) return undefined;
  const seen = await leakedMountsModule.observe(session, parsed.data);
  if (seen.kind === 'unknown' || seen.state.mounts.length === 0) return undefined;
  const tried = new Map();
  return {
    plan: leakedMountsModule.plan(seen.state, parsed.data, tried),
    refusals: leakedMountsModule.refusals?.(seen.state, parsed.data, tried) ?? [],
    playbook: `playbooks/leaked-mounts.yml -e path=${path}`,
  };
}

function ownerOf({ mounts, asked }: LeakedMountsState): string {
  return printable(mounts.find(({ owner }) => owner !== undefined)?.owner ?? asked);
}

/** What has a device besides mounts; and whether it can be opened by one alone, which is what its user waits for. */
function usersOf({ device, view, mounts }: LeakedMountsState): readonly string[] {
  if (device === undefined) return [];
  const users = otherUsers(view, device.stack).map((line) => printable(line));
  const { exclusive } = device;
  if (exclusive.kind === 'free') return [...users, 'it can be opened by one alone (O_EXCL): nothing keeps it busy'];
  if (exclusive.kind === 'unseen') return [...users, `whether it is busy was not tried: ${exclusive.why}`];
  const open = mounts.length + users.length === 0 ? ': perhaps a file of a mount that was detached is still open' : '';
  return exclusive.kind === 'busy' ? [...users, `it cannot be opened by one alone (O_EXCL)${open}`] : users;
}
