import type { ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { type ContainerFacts, type ImageFacts, readContainerFacts, readImageFacts } from './container-facts.ts';
import { dockerProgram } from './docker-client.ts';
import { firstRecord } from './docker-records.ts';
import { EXIT } from './exit-numbers.ts';
import text from './inspect-container.sh';
import { runProgram } from './run-program.ts';

const PROGRAM = dockerProgram('inspect-container', text);

/** Which container is asked about, and for what image and binds. */
export interface ContainerQuestion {
  readonly name: string;
  /** Empty: none is wanted. */
  readonly image: string;
  /** Absolute paths on the host. */
  readonly sources: readonly string[];
  readonly deadlineMs: number;
}

/** A path of the host that is to be bound. */
export interface BindSource {
  readonly path: string;
  /** Without symbolic links. */
  readonly real: string;
  /** Propagation of the mount that carries it in the host's namespace; unknown if that is not in its table. */
  readonly carrier: 'shared' | 'slave' | 'private' | 'unknown';
}

/** One container with what is kept of it while it is replaced (NAME.unbusy-old, NAME.unbusy-new). */
export interface ContainerLook {
  readonly version: string;
  readonly main: ContainerFacts | undefined;
  readonly old: ContainerFacts | undefined;
  readonly spare: ContainerFacts | undefined;
  /** The image that is wanted; undefined if the host does not have it. */
  readonly image: ImageFacts | undefined;
  /** The image of `main`; undefined if it is gone. */
  readonly ownImage: ImageFacts | undefined;
  readonly sources: readonly BindSource[];
}

/** What there is, or why nothing may be said. */
export type ContainerAnswer =
  | { readonly kind: 'known'; readonly look: ContainerLook }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Calls of the docker client for one question, at most. */
const CALLS = 7;

/** Asks the daemon for one container by its exact name. */
export async function inspectContainer(session: Session, question: ContainerQuestion): Promise<ContainerAnswer> {
  const seconds = Math.max(1, Math.ceil(question.deadlineMs / 1000));
  const args = [String(seconds), question.name, question.image, ...question.sources];
  const deadlineMs = (CALLS * seconds + 6 * question.sources.length + 15) * 1000;
  const answer = await runProgram(session, { program: PROGRAM, args, deadlineMs }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const [state = 'refused', why = ''] = firstRecord(answer.records, 'daemon') ?? [];
  if (state !== 'answered') return { kind: 'unknown', error: silentError(session.host, state, why) };
  const look = readLook(answer.records);
  return look === undefined
    ? { kind: 'unknown', error: unreadableError(session.host, question.name) }
    : { kind: 'known', look };
}

function readLook(records: readonly ProgramRecord[]): ContainerLook | undefined {
  const json = (kind: string, role: string) =>
    records.find((record) => record.kind === kind && record.fields[0] === role)?.fields[1];
  const container = (role: string) => {
    const found = json('container', role);
    return found === undefined ? undefined : (readContainerFacts(found) ?? ('unreadable' as const));
  };
  const image = (role: string) => {
    const found = json('image', role);
    return found === undefined ? undefined : readImageFacts(found);
  };
  const [main, old, spare] = [container('main'), container('old'), container('new')];
  if (main === 'unreadable' || old === 'unreadable' || spare === 'unreadable') return undefined;
  const wanted = image('wanted');
  return {
    version: firstRecord(records, 'version')?.[0] ?? '',
    main,
    old,
    spare,
    image: wanted,
    ownImage: image('own') ?? (main?.imageId === wanted?.id ? wanted : undefined),
    sources: records.filter(({ kind }) => kind === 'source').map(({ fields }) => readSource(fields)),
  };
}

function readSource([path = '', real = '', tags = '-']: readonly string[]): BindSource {
  const carrier =
    tags === '-' ? 'unknown' : /shared:/.test(tags) ? 'shared' : /master:/.test(tags) ? 'slave' : 'private';
  return { path, real, carrier };
}

function silentError(host: string, state: string, why: string): UnbusyError {
  if (state === 'none') {
    return new UnbusyError('E_DAEMON_MISSING', `there is no Docker to ask: ${printable(why)}`, {
      host,
      hint: 'Install and start Docker, or leave this host out.',
    });
  }
  return new UnbusyError('E_DAEMON_SILENT', `Docker: ${printable(why).slice(0, 300)}`, {
    host,
    hint: 'Make the daemon answer again; then run this once more.',
  });
}

function unreadableError(host: string, name: string): UnbusyError {
  return new UnbusyError('E_PROTOCOL', `what docker inspect says of ${name} cannot be read`, { host });
}
