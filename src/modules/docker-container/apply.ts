import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { Activity } from '../../programs/container-facts.ts';
import { containerStep } from '../../programs/container-step.ts';
import { replaceContainer } from '../../programs/replace-container.ts';
import type { Applied } from '../module.ts';
import type { DockerContainerParams } from './params.ts';
import type { ContainerChange } from './steps.ts';

/** How long a host may pull an image. */
const PULL_MS = 15 * 60_000;

/** Does one step. The host compares name, id and whether it runs right before. */
export function applyContainer(
  host: Session,
  change: ContainerChange,
  params: DockerContainerParams,
): Promise<Applied> {
  const id = String(change.witness.id ?? '');
  const times = {
    deadlineMs: milliseconds(params.docker_deadline),
    stopMs: milliseconds(params.stop_timeout),
    settleMs: milliseconds(params.settle),
  };
  if (change.action === 'create' || change.action === 'replace') {
    const image = params.image ?? '';
    return replaceContainer(host, {
      ...times,
      name: params.name,
      expected: id,
      image,
      pull: params.pull === 'missing',
      env: params.env,
      create: createWords(params),
      pullMs: PULL_MS,
    });
  }
  const step = {
    verb: change.action,
    name: change.name,
    id,
    running: change.witness.running as Activity,
    target: change.action === 'put-back' ? params.name : '',
  };
  return containerStep(host, step, times);
}

/** What follows `docker create --name NAME --env-file FILE`. Options with = cannot be taken for anything else. */
export function createWords(params: DockerContainerParams): readonly string[] {
  return [
    `--network=${params.network}`,
    `--restart=${params.restart}`,
    ...(params.privileged ? ['--privileged'] : []),
    ...params.cap_add.map((name) => `--cap-add=${name}`),
    ...params.cap_drop.map((name) => `--cap-drop=${name}`),
    ...params.binds.map((bind) => `--volume=${bind}`),
    ...Object.entries(params.labels).map(([name, value]) => `--label=${name}=${value}`),
    params.image ?? '',
    ...(params.args ?? []),
  ];
}
