import { printable } from '../core/text.ts';
import type { Style, Tone } from './style.ts';

/** A node of a tree that explains something. */
export interface TreeNode {
  readonly label: string;
  readonly tone?: Tone;
  readonly children?: readonly TreeNode[];
}

/** A tree as lines, its branches drawn in Unicode or ASCII; text of hosts is made safe to print. */
export function renderTree(root: TreeNode, style: Style): readonly string[] {
  return [label(root, style), ...branches(root, '', style)];
}

function branches(node: TreeNode, indent: string, style: Style): readonly string[] {
  const children = node.children ?? [];
  return children.flatMap((child, index) => {
    const last = index === children.length - 1;
    const head = indent + style.glyph(last ? 'last' : 'fork');
    const below = indent + style.glyph(last ? 'blank' : 'pipe');
    return [style.paint('dim', head) + label(child, style), ...branches(child, below, style)];
  });
}

function label(node: TreeNode, style: Style): string {
  const text = printable(node.label);
  return node.tone === undefined ? text : style.paint(node.tone, text);
}
