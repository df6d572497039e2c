import { createHash, randomBytes } from 'node:crypto';
import type { Program, Session } from '../connection/session.ts';
import { encodePrintf } from '../core/text.ts';
import { withDigest } from './digest.ts';
import { type PathStep, runPathStep } from './path-step.ts';
import { withReadOnly } from './read-only.ts';
import text from './write-file.sh';

const WRITE_FILE: Program = { name: 'write-file', text: withDigest(withReadOnly(text)) };

/** Bytes per operand of printf: small enough for any shell's buffers, large enough that few are needed. */
const CHUNK_BYTES = 16_384;

/** Largest content that travels inside the program stream, in bytes. */
export const MAX_CONTENT_BYTES = 1_048_576;

/** New content for a path, and what must still be there right before it takes its place. */
export interface FileWrite {
  readonly path: string;
  readonly follow: boolean;
  /** From `witnessOf`. */
  readonly witness: string;
  readonly oldSha256: string | undefined;
  readonly content: Uint8Array;
  /** Octal digits. */
  readonly mode: string;
  /** Empty: as the writing user has it. */
  readonly owner: string;
  readonly group: string;
  /** Appended to the path for a copy of the old file; empty: none. */
  readonly backupSuffix: string;
}

/** Writes a file whole or not at all. */
export function writeFile(session: Session, write: FileWrite): Promise<PathStep> {
  const args = [
    write.path,
    write.follow ? '1' : '0',
    write.witness,
    write.oldSha256 ?? '-',
    write.mode,
    write.owner,
    write.group,
    write.backupSuffix,
    randomBytes(8).toString('hex'),
    String(write.content.byteLength),
    sha256(write.content),
    ...encodeChunks(write.content),
  ];
  return runPathStep(session, { program: WRITE_FILE, args }, write.path);
}

/** The sha256 of bytes, as sha256sum prints it. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes as operands of printf %b. */
export function encodeChunks(bytes: Uint8Array): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
    chunks.push(encodePrintf(bytes.subarray(at, at + CHUNK_BYTES)));
  }
  return chunks;
}
