import type { TargetOverrides } from '../engine/selection.ts';
import type { Given } from './given.ts';

/** What the command line says over the inventory about reaching hosts. */
export function overridesOf(given: Given): TargetOverrides {
  const user = given.text('user');
  const identityFiles = given.list('private-key');
  const transport = given.text('transport') as 'auto' | 'ssh' | 'openssh' | 'local' | undefined;
  return {
    ...(user === undefined ? {} : { user }),
    ...(given.has('become') ? { become: true } : {}),
    ...(identityFiles.length === 0 ? {} : { identityFiles }),
    ...(transport === undefined ? {} : { transport }),
  };
}
