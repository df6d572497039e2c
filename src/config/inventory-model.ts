import type { Json } from '../core/json.ts';
import type { HostTarget } from '../core/target.ts';

/** A host of the inventory with its merged variables; `origin` says where each variable's value came from. */
export interface InventoryHost {
  readonly name: string;
  readonly groups: readonly string[];
  readonly target: HostTarget;
  readonly vars: Readonly<Record<string, Json>>;
  readonly origin: Readonly<Record<string, string>>;
}

/** All hosts, in the order of the file. */
export interface Inventory {
  readonly source: string;
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
}
