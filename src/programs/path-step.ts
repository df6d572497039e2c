import type { Call, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

/** What the host said to a step on one path; the same shape as a module's answer to a change. */
export type PathStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale'; readonly found: string }
  | { readonly kind: 'busy'; readonly by: string }
  | { readonly kind: 'denied'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: UnbusyError }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const EXIT_NO_PARENT = 20;
const EXIT_NO_SPACE = 21;
const EXIT_INCOMPLETE = 22;

/** The words that the path programs print in `refused WHY`, as a person would say them of that path. */
const REASONS: Readonly<Record<string, string>> = {
  'no-parent': 'the directory above it does not exist',
  'read-only': 'its file system is mounted read-only',
  immutable: 'it, or its directory, is immutable (chattr +i or +a)',
  'not-permitted': 'the host does not permit it',
  owner: 'the owner or the group could not be set',
  mode: 'the mode could not be set',
  'no-space': 'no space is left on its file system',
  incomplete: 'the new content did not arrive whole (a quota or a file size limit?)',
  mounted: 'something is mounted on it',
  'not-empty': 'the directory is not empty',
  backup: 'the backup could not be made',
  'not-a-file': 'it is no regular file',
  unreadable: 'the host does not let us read it',
  'undo-store': 'its present content could not be kept below /var/lib/unbusy/undo (no room, or read-only?)',
};

/** Runs a program that changes one path, and reads its answer; whatever is not `done` left the path as it was. */
export async function runPathStep(session: Session, call: Call, path: string): Promise<PathStep> {
  const answer = await runProgram(session, call, [
    EXIT.done,
    EXIT.stale,
    EXIT.busy,
    EXIT.denied,
    EXIT.toolMissing,
    EXIT_NO_PARENT,
    EXIT_NO_SPACE,
    EXIT_INCOMPLETE,
  ]);
  if (!answer.ok) return { kind: answer.error.class === 'unknown' ? 'unknown' : 'failed', error: answer.error };
  const reason = answer.records.find((record) => record.kind === 'refused')?.fields[0] ?? '';
  const shown = printable(path);
  const why = `${shown}: ${REASONS[reason] ?? 'the host does not permit it'}; nothing was changed`;
  switch (answer.code) {
    case EXIT.done:
      return { kind: 'done' };
    case EXIT.stale:
      return { kind: 'stale', found: `${shown} is no longer what was seen before` };
    case EXIT.busy:
      return { kind: 'busy', by: why };
    case EXIT.toolMissing:
      return { kind: 'failed', error: toolError(session.host, call.program.name) };
    default:
      return { kind: 'denied', why };
  }
}

function toolError(host: string, program: string): UnbusyError {
  return new UnbusyError('E_PREFLIGHT_TOOL', `a tool that ${program} needs is missing on ${host}`, {
    host,
    hint: 'Install coreutils, busybox or openssl on the host.',
  });
}
