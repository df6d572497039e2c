import { defineModule } from '../module.ts';
import { healthFindings } from './findings.ts';
import { observeDockerdHealth } from './observe.ts';
import { type DockerdHealthParams, dockerdHealthParams } from './params.ts';
import { healthResult } from './result.ts';
import { applyStacks, planStacks, type StacksChange, verifyStacks } from './stacks.ts';
import type { DockerdHealthState } from './state.ts';

/** Looks how dockerd, containerd and what belongs to them are; nothing is changed unless `write_stacks` asks for it. */
export const dockerdHealthModule = defineModule<DockerdHealthParams, DockerdHealthState, StacksChange>({
  name: 'dockerd_health',
  summary:
    'Judges how dockerd and containerd are: file descriptors, memory, goroutines, whether the API answers, faults known by version; changes nothing by itself.',
  params: dockerdHealthParams,
  needsRoot: true,
  observe: observeDockerdHealth,
  plan: planStacks,
  apply: applyStacks,
  verify: verifyStacks,
  result: healthResult,
  findings: healthFindings,
});
