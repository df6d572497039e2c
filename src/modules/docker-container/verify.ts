import type { ContainerFacts } from '../../programs/container-facts.ts';
import type { ContainerLook } from '../../programs/inspect-container.ts';
import type { Verdict } from '../module.ts';
import type { ContainerChange } from './steps.ts';

/** Pure: what the second look says of a step. That a new container is as described, the next plan tells. */
export function verifyContainer(after: ContainerLook, change: ContainerChange, before: ContainerLook): Verdict {
  const all = [after.main, after.old, after.spare].flatMap((each) => each ?? []);
  const same = all.find(({ id }) => id === change.witness.id);
  switch (change.action) {
    case 'create':
    case 'replace':
      if (after.main === undefined || after.main.id === before.main?.id)
        return notYet(after.main, 'there is no new one');
      return running(after.main);
    case 'start':
      return running(same);
    case 'stop':
      return same !== undefined && same.running !== 'false'
        ? { kind: 'not-yet', why: `${same.name} still runs` }
        : { kind: 'as-wanted' };
    case 'remove':
      return same === undefined
        ? { kind: 'as-wanted' }
        : { kind: 'not-yet', why: `${same.name} is still there, ${same.status}` };
    case 'put-back':
      return same !== undefined && same === after.main ? running(same) : notYet(same, 'it does not have its name');
  }
}

function running(container: ContainerFacts | undefined): Verdict {
  return container?.running === 'true' ? { kind: 'as-wanted' } : notYet(container, 'it does not run');
}

function notYet(container: ContainerFacts | undefined, why: string): Verdict {
  return {
    kind: 'not-yet',
    why: container === undefined ? 'it is not there' : `${container.name} is ${container.status}: ${why}`,
  };
}
