import { milliseconds } from '../../config/duration-schema.ts';
import { HOOK_PRODUCT, HOOK_PRODUCT_CALLS } from '../../programs/hook-product.ts';
import type { HookPart } from '../module.ts';
import type { MonitorReleaseParams } from './params.ts';

/** The task for a compiled hook. Where the host has no tool to unmount with, a hook does without docker exec, and says what is left. */
export function hookOf(params: MonitorReleaseParams): HookPart {
  const seconds = Math.max(1, Math.ceil(milliseconds(params.docker_deadline) / 1000));
  return { program: HOOK_PRODUCT, args: [String(seconds), '1', ...hookWords(params)], calls: HOOK_PRODUCT_CALLS };
}

/** The parameters as words for hook-product and product-plan. */
export function hookWords({ names, images, labels, live_copies, lazy }: MonitorReleaseParams): readonly string[] {
  return [
    ...names.map((each) => `monitor-name=${each}`),
    ...images.map((each) => `monitor-image=${each}`),
    ...labels.map((each) => `monitor-label=${each}`),
    ...(live_copies ? ['live'] : []),
    ...(lazy ? ['lazy'] : []),
  ];
}
