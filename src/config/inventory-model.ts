import type { SourcePlace } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { BecomeSettings, HostTarget } from '../core/target.ts';

/** A host of the inventory with its merged variables; `origin` says where each variable's value came from. */
export interface InventoryHost {
  readonly name: string;
  readonly groups: readonly string[];
  readonly target: HostTarget;
  readonly vars: Readonly<Record<string, Json>>;
  readonly origin: Readonly<Record<string, string>>;
  /** `become_method` of the inventory, also where `become` itself is left to the playbook. */
  readonly becomeMethod?: BecomeSettings['method'];
}

/** Something in an inventory that is no mistake and may surprise. */
export interface InventoryNotice {
  readonly text: string;
  readonly place?: SourcePlace;
}

/** All hosts, in the order of the file. */
export interface Inventory {
  readonly source: string;
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly notices?: readonly InventoryNotice[];
}
