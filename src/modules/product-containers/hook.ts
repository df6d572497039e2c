import { milliseconds } from '../../config/duration-schema.ts';
import { HOOK_PRODUCT, HOOK_PRODUCT_CALLS } from '../../programs/hook-product.ts';
import type { HookPart } from '../module.ts';
import { choosesNobody, type ProductContainersParams } from './params.ts';

/** The task for a compiled hook: the programs that a session runs, and product-plan in the place of `plan`. */
export function hookOf(params: ProductContainersParams): HookPart {
  if (choosesNobody(params)) {
    return {
      cannot: 'nothing says which containers are of the product',
      hint: 'Give one of names, labels and compose_project, for instance with -e \'{"names": ["shop-*"]}\'.',
    };
  }
  const seconds = (time: string | number) => String(Math.max(1, Math.ceil(milliseconds(time) / 1000)));
  const args = [seconds(params.docker_deadline), seconds(params.stop_timeout), ...hookWords(params)];
  return { program: HOOK_PRODUCT, args, calls: HOOK_PRODUCT_CALLS };
}

/** The parameters as words for hook-product and product-plan; a compose project is looked for by its label, which Docker's files have too. */
export function hookWords(params: ProductContainersParams): readonly string[] {
  const { names, labels, compose_project: project, monitors, state, everything, lazy } = params;
  return [
    ...names.map((each) => `name=${each}`),
    ...labels.map((each) => `label=${each}`),
    ...(project === '' ? [] : [`label=com.docker.compose.project=${project}`, `project=${project}`]),
    ...monitors.flatMap((each) => [`monitor-name=${each}`, `monitor-image=${each}`]),
    ...['own-monitors', 'live'],
    ...(state === 'absent' ? ['absent'] : []),
    ...(everything ? ['everything'] : []),
    ...(lazy ? ['lazy'] : []),
  ];
}
