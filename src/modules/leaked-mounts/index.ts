import type { JsonObject } from '../../core/json.ts';
import { otherUsers } from '../../mounts/block-devices.ts';
import { defineModule } from '../module.ts';
import { applyLeak } from './apply.ts';
import { findingsOf } from './findings.ts';
import { observeLeaks } from './observe.ts';
import { type LeakedMountsParams, leakedMountsParams } from './params.ts';
import { planLeaks, refuseLeaks } from './plan.ts';
import type { LeakChange, LeakedMountsState } from './state.ts';
import { verifyLeak } from './verify.ts';

/** Frees one path, block device, pod or container of whatever runtime, without hurting anything alive. */
export const leakedMountsModule = defineModule<LeakedMountsParams, LeakedMountsState, LeakChange>({
  name: 'leaked_mounts',
  summary:
    'Releases what other mount namespaces still have of one path, block device, ended pod, or ended container of containerd, podman or CRI-O.',
  params: leakedMountsParams,
  needsRoot: true,
  observe: observeLeaks,
  plan: planLeaks,
  refusals: refuseLeaks,
  apply: applyLeak,
  verify: verifyLeak,
  result,
  findings: findingsOf,
});

/** Counts and names; `exclusive` says whether a device can be opened by one alone: free, busy, absent, unseen, or empty if none was asked for. */
function result({ asked, mounts, device, view }: LeakedMountsState): JsonObject {
  return {
    asked,
    leaked_mounts: mounts.length,
    holders: [...new Set(mounts.map(({ leak }) => leak.holder.name))],
    exclusive: device?.exclusive.kind ?? '',
    other_users: device === undefined ? [] : [...otherUsers(view, device.stack)],
  };
}
