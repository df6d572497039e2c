import { KERNEL_SIGNS } from './journal-kernel.ts';
import { KUBELET_SIGNS } from './journal-kubelet.ts';
import { RUNTIME_SIGNS } from './journal-runtime.ts';
import type { Sign } from './journal-sign.ts';

/** Every sign that is known. */
export const SIGNS: readonly Sign[] = [...KERNEL_SIGNS, ...RUNTIME_SIGNS, ...KUBELET_SIGNS];

/** An extended regular expression (XBD 9.4) that finds each line that may be a sign; without a backslash, which awk would read. No word has a ^ in it. */
export function searchForm(signs: readonly Sign[] = SIGNS): string {
  const words = new Set(signs.flatMap((sign) => sign.words));
  return [...words].map((text) => text.replace(/[.[\](){}*+?$|/]/g, (char) => `[${char}]`)).join('|');
}
