/** What is left of a pod on its node, as the node's host has seen it. JSON-safe. */
export interface PodRemains {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** gone: neither its runtime nor a process nor a mount table has anything of it; unknown: one of them could not be asked. */
  readonly verdict: 'gone' | 'remains' | 'unknown';
  /** True if a process or a running container of it lives: nothing is to be released then. */
  readonly alive: boolean;
  /** What is left, or what could not be asked, one phrase each. */
  readonly what: readonly string[];
}

/** A pod in words: its namespace, its name, and the node that it ran on. */
export function podWords({ namespace, name, node }: { namespace: string; name: string; node?: string }): string {
  return `pod ${namespace}/${name}${node === undefined || node === '' ? '' : ` on node ${node}`}`;
}
