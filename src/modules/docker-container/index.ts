import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { JsonObject } from '../../core/json.ts';
import { type ContainerLook, inspectContainer } from '../../programs/inspect-container.ts';
import { defineModule, type Observed } from '../module.ts';
import { applyContainer } from './apply.ts';
import { parseBind } from './binds.ts';
import { type DockerContainerParams, dockerContainerParams } from './params.ts';
import { planContainer, refuseContainer } from './plan.ts';
import type { ContainerChange } from './steps.ts';
import { verifyContainer } from './verify.ts';

/** Makes one container be there as described and run, or stopped, or gone. */
export const dockerContainerModule = defineModule<DockerContainerParams, ContainerLook, ContainerChange>({
  name: 'docker_container',
  summary:
    'Makes a container run as described, replacing one that differs (which is kept until the new one runs), or be stopped, or gone.',
  params: dockerContainerParams,
  needsRoot: true,
  observe,
  plan: planContainer,
  refusals: refuseContainer,
  apply: applyContainer,
  verify: verifyContainer,
  result,
  // Whatever runs now may have to stop for it.
  dangers: ({ state }) => [DANGER_OF[state]],
});

/** As the plan has it. */
const DANGER_OF = { present: 'restart-holder', stopped: 'stop-containers', absent: 'remove-containers' } as const;

async function observe(host: Session, params: DockerContainerParams): Promise<Observed<ContainerLook>> {
  const binds = params.binds.flatMap((text) => parseBind(text) ?? []);
  const answer = await inspectContainer(host, {
    name: params.name,
    image: params.state === 'present' ? (params.image ?? '') : '',
    sources: [...new Set(binds.filter(needsCarrier).map(({ source }) => source))],
    deadlineMs: milliseconds(params.docker_deadline),
  });
  return answer.kind === 'unknown' ? answer : { kind: 'known', state: answer.look, gaps: [] };
}

/** Only what is asked to propagate has to lie on a mount that can. */
function needsCarrier({ source, propagation }: { source: string; propagation: string }): boolean {
  return propagation !== '' && source.startsWith('/');
}

function result({ main, version }: ContainerLook): JsonObject {
  return {
    exists: main !== undefined,
    id: main?.id ?? '',
    status: main?.status ?? 'absent',
    running: main?.running === 'true',
    image: main?.image ?? '',
    image_id: main?.imageId ?? '',
    privileged: main?.privileged ?? false,
    docker: version,
  };
}
