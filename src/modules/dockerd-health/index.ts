import type { Change } from '../../core/results.ts';
import { defineModule } from '../module.ts';
import { healthFindings } from './findings.ts';
import { observeDockerdHealth } from './observe.ts';
import { type DockerdHealthParams, dockerdHealthParams } from './params.ts';
import { healthResult } from './result.ts';
import type { DockerdHealthState } from './state.ts';

/** Looks how dockerd, containerd and what belongs to them are; there is nothing that it would change. */
export const dockerdHealthModule = defineModule<DockerdHealthParams, DockerdHealthState, Change>({
  name: 'dockerd_health',
  summary:
    'Judges how dockerd and containerd are: file descriptors, memory, goroutines, whether the API answers, faults known by version; changes nothing.',
  params: dockerdHealthParams,
  needsRoot: true,
  observe: observeDockerdHealth,
  plan: () => [],
  apply: () => Promise.resolve({ kind: 'done' }),
  verify: () => ({ kind: 'as-wanted' }),
  result: healthResult,
  findings: healthFindings,
});
