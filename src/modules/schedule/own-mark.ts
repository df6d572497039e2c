import { encodeText } from '../../connection/bytes.ts';
import { sha256 } from '../../programs/write-file.ts';

const MARK = /^(?:# )?unbusy_sha256=([0-9a-f]{64})$/m;

/** A file of ours: comments, a line with the sha256 of all below it, and that. Compiled hooks carry the same line. */
export function marked(comments: readonly string[], body: string): string {
  return `${comments.map((line) => `# ${line}\n`).join('')}# unbusy_sha256=${sha256(encodeText(body))}\n${body}`;
}

/** whole: as unbusy wrote it; edited: somebody changed it since; foreign: unbusy did not write it. */
export function readMark(text: string): 'whole' | 'edited' | 'foreign' {
  const match = MARK.exec(text);
  if (match === null) return 'foreign';
  return sha256(encodeText(text.slice(match.index + match[0].length + 1))) === match[1] ? 'whole' : 'edited';
}
