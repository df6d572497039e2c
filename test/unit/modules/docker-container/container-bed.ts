import type { JsonObject } from '../../../../src/core/json.ts';
import { type DockerContainerParams, dockerContainerParams } from '../../../../src/modules/docker-container/params.ts';
import { readContainerFacts, readImageFacts } from '../../../../src/programs/container-facts.ts';
import type { ContainerLook } from '../../../../src/programs/inspect-container.ts';

const CONFIG = { Cmd: ['serve'], Entrypoint: null, User: '', Env: ['PATH=/bin'], Labels: { made: 'by us' } };

/** What differs from an unremarkable container that runs `monitor:1` with nothing said. */
export interface Twist {
  readonly id?: string;
  readonly name?: string;
  readonly status?: string;
  readonly running?: boolean;
  readonly config?: JsonObject;
  readonly host?: JsonObject;
}

/** Facts as they come from docker inspect. */
export function facts({ id = 'a', name = 'cadvisor', status = 'running', running = true, config, host }: Twist) {
  const found = readContainerFacts(
    JSON.stringify({
      Id: id.repeat(64),
      Name: `/${name}`,
      Image: 'sha256:1',
      State: { Status: status, Running: running, Restarting: status === 'restarting', Pid: running ? 100 : 0 },
      Config: { ...CONFIG, Image: 'monitor:1', ...config },
      HostConfig: { Binds: null, NetworkMode: 'default', RestartPolicy: { Name: 'no' }, ...host },
    }),
  );
  if (found === undefined) throw new Error('no container');
  return found;
}

const IMAGE = readImageFacts(JSON.stringify({ Id: 'sha256:1', Config: CONFIG }));

/** A look at a host; `main` undefined: there is no such container. */
export function lookAt(main: Twist | undefined, more: Partial<ContainerLook> = {}): ContainerLook {
  return {
    version: '20.10.24',
    main: main === undefined ? undefined : facts(main),
    old: undefined,
    spare: undefined,
    image: IMAGE,
    ownImage: IMAGE,
    sources: [],
    ...more,
  };
}

/** Parameters as a playbook gives them, with the defaults. */
export function paramsOf(given: JsonObject = {}): DockerContainerParams {
  return dockerContainerParams.parse({ name: 'cadvisor', image: 'monitor:1', ...given });
}
