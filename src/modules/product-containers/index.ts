import type { Finding } from '../../core/findings.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ChangeReport } from '../../core/results.ts';
import { isLiving } from '../../mounts/living.ts';
import { defineModule } from '../module.ts';
import { applyProduct } from './apply.ts';
import { hookOf } from './hook.ts';
import { observeProduct } from './observe.ts';
import { type ProductContainersParams, productContainersParams } from './params.ts';
import { planProduct, refuseProduct } from './plan.ts';
import type { ProductChange, ProductState } from './state.ts';
import { verifyProduct } from './verify.ts';

/** Releases, stops and removes all containers of one product, and nothing else. */
export const productContainersModule = defineModule<ProductContainersParams, ProductState, ProductChange>({
  name: 'product_containers',
  summary:
    'Takes the containers of one product away, monitors first: they let go of what they hold, are stopped and removed, then the others; each is seen to have left no mount and no directory.',
  params: productContainersParams,
  needsRoot: true,
  observe: observeProduct,
  plan: planProduct,
  refusals: refuseProduct,
  apply: applyProduct,
  verify: verifyProduct,
  result,
  findings,
  dangers: ({ state }) => (state === 'absent' ? ['remove-containers'] : []),
  hook: hookOf,
});

function result({ docker, product, held }: ProductState): JsonObject {
  const names = (all: ProductState['product']) => all.map(({ container }) => container.name);
  return {
    docker: docker !== undefined,
    version: docker?.version ?? '',
    data_root: docker?.dataRoot ?? '',
    containers: names(product),
    running: names(product.filter(({ container }) => isLiving(container))),
    monitors: names(product.filter(({ monitor }) => monitor)),
    held: held.length,
  };
}

/** That nothing is of the product is said aloud: a name may have been mistyped; but not of what this run itself removed. */
function findings({ product }: ProductState, changes: readonly ChangeReport[] = []): readonly Finding[] {
  if (product.length > 0 || changes.length > 0) return [];
  return [
    {
      id: 'product',
      kind: 'not-a-leak',
      severity: 'info',
      title: 'nothing of the product is on this host',
      cause: 'no name, label or compose project matches',
      remedy: 'If one was expected, check what chooses them.',
    },
  ];
}
