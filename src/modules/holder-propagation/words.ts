import { printable } from '../../core/text.ts';
import type { HeldCopy, HeldService, HoldCause } from './state.ts';

/** Why a service keeps what is gone: one phrase for each cause, so that hosts can be folded by it. */
export const CAUSE_WORDS: Readonly<Record<HoldCause, string>> = {
  'mount-flags': 'MountFlags=private: the service never hears of an unmount on the host',
  'older-copy':
    'the service copied the mount table when it could not hear of unmounts; one that is started now hears of them',
  'own-namespace': 'a process of the service made a mount namespace of its own, which hears of nothing',
  'private-origin':
    'the mounts are private on the host, as Docker before 17.12.1 makes them, so no copy can hear of an unmount',
  unheard: 'the copy should have gone with the mount on the host, and did not',
};

/** What would keep it from coming back, by cause. */
export const REMEDY_WORDS: Readonly<Record<HoldCause, string>> = {
  'mount-flags':
    'Run holder_propagation with remedy: propagation, which sets MountFlags=slave and restarts the service.',
  'older-copy': 'Run holder_propagation with remedy: restart.',
  'own-namespace': 'Restart the service; change how it makes its namespace (rslave).',
  'private-origin':
    'Upgrade Docker to 17.12.1 or later, then restart the service; until then a restart only helps for what is gone now.',
  unheard: 'Run holder_propagation with remedy: restart.',
};

/** What decides about a service with several causes: the one that stands in the way of most remedies. */
const ORDER: readonly HoldCause[] = ['private-origin', 'mount-flags', 'own-namespace', 'older-copy', 'unheard'];

/** The cause that decides. */
export function mainCause(copies: readonly HeldCopy[]): HoldCause {
  return ORDER.find((cause) => copies.some((copy) => copy.cause === cause)) ?? 'unheard';
}

/** `timekeeper.service (PrivateTmp=yes, MountFlags=private)`. */
export function serviceWords({ unit, settings }: HeldService): string {
  const shown = settings.slice(0, 4).map((each) => printable(each).slice(0, 60));
  const more = settings.length > 4 ? [`${settings.length - 4} more`] : [];
  return settings.length === 0 ? printable(unit.asked) : `${printable(unit.asked)} (${[...shown, ...more].join(', ')})`;
}

/** `2 mounts of container app` for what a copy belongs to. */
export function copiesWords(copies: readonly HeldCopy[]): string {
  const names = [...new Set(copies.map(({ container }) => (container === undefined ? '' : container.name)))].filter(
    Boolean,
  );
  const count = copies.length === 1 ? '1 mount' : `${copies.length} mounts`;
  if (names.length === 0) return `${count} at ${printable(copies[0]?.mount.point ?? '')}`;
  const shown = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${count} of container${names.length === 1 ? '' : 's'} ${printable(shown)}${more}`;
}

/** Copies of what is gone. */
export function leakedOf({ copies }: HeldService): readonly HeldCopy[] {
  return copies.filter(({ kind }) => kind === 'leaked');
}

/** Copies of what is still there. */
export function latentOf({ copies }: HeldService): readonly HeldCopy[] {
  return copies.filter(({ kind }) => kind === 'latent');
}
