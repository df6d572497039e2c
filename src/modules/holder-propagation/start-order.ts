import type { HeldService } from './state.ts';
import { startsAfter } from './unit-facts.ts';

/** In the order in which systemd would start them together (After=); by name where that leaves it open, or goes in a circle. */
export function inStartOrder(holders: readonly HeldService[]): readonly HeldService[] {
  const left = [...holders].sort((a, b) => (a.unit.asked < b.unit.asked ? -1 : 1));
  const ordered: HeldService[] = [];
  while (left.length > 0) {
    const free = left.findIndex((each) => {
      const after = new Set(startsAfter(each.unit));
      return !left.some((other) => other !== each && (after.has(other.unit.asked) || after.has(other.unit.id)));
    });
    ordered.push(...left.splice(Math.max(0, free), 1));
  }
  return ordered;
}
