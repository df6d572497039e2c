import type { ErrorReport } from './errors.ts';
import type { HostResult, RunReport, StopReport, TaskResult } from './results.ts';
import type { ConfirmAnswer, ConfirmRequest, RolloutPlan } from './rollout.ts';

/** One task of the run as the screens name it. */
export interface TaskTitle {
  readonly index: number;
  readonly name: string;
  readonly module: string;
  /** It runs only when something asks for it: the failure of its block, or a notification. */
  readonly standby?: 'rescue' | 'handler';
}

/** Everything that happens in a run. What a person sees or keeps listens to these; the engine never prints. */
export type RunEvent =
  | {
      readonly kind: 'run-start';
      readonly playbook: string;
      readonly mode: 'run' | 'check';
      readonly hosts: readonly string[];
      readonly tasks: readonly TaskTitle[];
    }
  | { readonly kind: 'host-start'; readonly host: string }
  | { readonly kind: 'host-connected'; readonly host: string; readonly transport: string; readonly tookMs: number }
  | { readonly kind: 'host-waiting'; readonly host: string; readonly why: string }
  | { readonly kind: 'task-start'; readonly host: string; readonly task: TaskTitle }
  | { readonly kind: 'change-start'; readonly host: string; readonly task: TaskTitle; readonly title: string }
  | { readonly kind: 'task-end'; readonly result: TaskResult }
  /** The `rescue` of a block took over and went well: the failures of these tasks do not count. */
  | {
      readonly kind: 'rescued';
      readonly host: string;
      readonly tasks: readonly TaskTitle[];
      readonly error?: ErrorReport;
    }
  | { readonly kind: 'host-end'; readonly result: HostResult }
  /** The signatures of so many hosts are read, to choose canaries. */
  | { readonly kind: 'signatures-start'; readonly hosts: number }
  | { readonly kind: 'rollout'; readonly plan: RolloutPlan }
  | { readonly kind: 'batch-start'; readonly where: string; readonly number: number; readonly hosts: readonly string[] }
  | { readonly kind: 'batch-end'; readonly play: number; readonly number: number }
  | { readonly kind: 'soak-start'; readonly ms: number; readonly next: string }
  | { readonly kind: 'soak-end' }
  /** A host that had ended well does not answer after the soak. */
  | { readonly kind: 'host-lost'; readonly host: string; readonly error: ErrorReport }
  | { readonly kind: 'confirm-start'; readonly request: ConfirmRequest }
  /** Without an answer, whoever was asked interrupted, or the run ended meanwhile. */
  | { readonly kind: 'confirm-end'; readonly answer?: ConfirmAnswer }
  /** No further host is begun. */
  | { readonly kind: 'stopped'; readonly stop: StopReport }
  | { readonly kind: 'notice'; readonly host?: string; readonly text: string; readonly error?: ErrorReport }
  | { readonly kind: 'run-end'; readonly report: RunReport };

/** Takes events as they happen, in order; must not throw. */
export type Emit = (event: RunEvent) => void;
