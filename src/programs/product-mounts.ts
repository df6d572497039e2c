import type { Program } from '../connection/session.ts';
import { hookOrderProgram } from './hook-order.ts';
import functions from './product-mounts.sh';

/** A program that begins with the awk functions of hook-order.sh, with what stands before those, and of product-mounts.sh. */
export function productMountsProgram(name: string, text: string): Program {
  return hookOrderProgram(name, `${functions}\n${text}`);
}
