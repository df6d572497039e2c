import { printable } from '../../core/text.ts';
import { dentryAt } from '../../mounts/host-path.ts';
import type { LeakedMount, LeakTarget } from '../../mounts/leak.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { surveyOf } from '../../mounts/survey.ts';
import { sameDentry } from '../../mounts/tree.ts';
import type { LeakedMountsState } from './state.ts';

/**
 * Mounts at the place, or of the device, that was asked for, and that the analysis gave to a container of Docker's that lives:
 * they are no leaks, and nobody may take the answer for "nothing there".
 */
export function protectedMounts(
  view: MountView,
  targets: readonly LeakTarget[],
  leaks: readonly LeakedMount[],
  living: readonly ContainerState[],
): LeakedMountsState['protected'] {
  const { trees, identities } = surveyOf(view, targets, living);
  const host = trees.find(({ namespace }) => namespace.inode === view.hostNamespace);
  const leaked = new Set(leaks.map(({ mount }) => mount));
  const places = targets.flatMap(({ kind, id }) =>
    kind === 'path' && host !== undefined ? (dentryAt(host, id) ?? []) : [],
  );
  const devices = new Set(targets.flatMap(({ kind, id }) => (kind === 'device' ? [id] : [])));
  return trees.flatMap((tree) =>
    tree.mounts.flatMap((mount) => {
      if (leaked.has(mount)) return [];
      const meant = devices.has(mount.device) || places.some((place) => sameDentry(place, tree.dentryOf(mount)));
      const found = meant ? identities.ownerOf(mount, tree)?.owner : undefined;
      if (found === undefined || !found.living) return [];
      const owner = `container ${printable(found.target.name)}, which runs`;
      return [{ namespace: tree.namespace.inode, mount, owner }];
    }),
  );
}
