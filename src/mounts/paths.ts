/** Components of a path, without empty ones. */
export function components(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}

/** True if `path` is `top` or lies below it, by whole components: /x/merged2 is not within /x/merged. */
export function isWithin(path: string, top: string): boolean {
  return path === top || isBelow(path, top);
}

/** True if `path` lies below `top`, by whole components. */
export function isBelow(path: string, top: string): boolean {
  return path.length > top.length && path.startsWith(top.endsWith('/') ? top : `${top}/`);
}

/** What is left of `path` after `top`, beginning with a slash, or empty if they are equal; undefined if it does not lie within. */
export function relativeTo(path: string, top: string): string | undefined {
  if (path === top) return '';
  if (!isBelow(path, top)) return undefined;
  return top.endsWith('/') ? path.slice(top.length - 1) : path.slice(top.length);
}

/** `top` with a relative part as relativeTo() gives it. */
export function below(top: string, relative: string): string {
  if (relative === '') return top;
  return top.endsWith('/') ? `${top.slice(0, -1)}${relative}` : `${top}${relative}`;
}

/** The root of a mount without the mark of a removed source; a name cannot hold two slashes, so the mark is never part of one. */
export function withoutDeleted(root: string): string {
  return root.endsWith('//deleted') ? root.slice(0, -'//deleted'.length) : root;
}

/** The last component that is in `tokens`, or looks like a full id (64 hex digits); undefined if there is none. */
export function lastNamed(path: string, tokens: ReadonlySet<string>): string | undefined {
  return components(path).findLast((part) => tokens.has(part) || FULL_ID.test(part));
}

const FULL_ID = /^[0-9a-f]{64}(?:-init)?$/;
