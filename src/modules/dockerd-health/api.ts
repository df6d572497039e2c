import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import type { ApiAnswer, DaemonApi, DumpLook } from '../../diagnosis/daemon-facts.ts';
import { readEngineInfo, readEngineVersions } from '../../diagnosis/daemon-json.ts';
import { parseGoroutines } from '../../diagnosis/goroutine-dump.ts';
import { type ApiLook, askDockerApi } from '../../programs/docker-api.ts';

/** Answers of a few lines, and of some hundred containers. */
const SMALL_BYTES = 2 ** 20;

/** Counted stacks take a kilobyte or two each; a daemon has some hundred different ones at most. */
const DUMP_BYTES = 8 * 2 ** 20;

/** A daemon to ask: its pid, if there is one behind the socket. */
export interface ApiPlace {
  readonly pid: number | undefined;
  readonly socket: string;
}

/** How to ask. */
export interface ApiWish {
  readonly deadlineMs: number;
  readonly goroutines: boolean;
}

/** What one API said, or why nobody could ask. */
export type ApiSeen =
  | { readonly kind: 'known'; readonly api: DaemonApi }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/**
 * Asks whether the daemon lives; only if it does, for what may take it longer, each with a time of its own so that it hangs alone:
 * /version asks containerd, /info the storage driver and plugins too. Where no daemon runs nobody is asked.
 */
export async function lookAtApi(host: Session, { pid, socket }: ApiPlace, wish: ApiWish): Promise<ApiSeen> {
  if (pid === undefined) {
    return { kind: 'known', api: { pid, socket, way: '', ping: { kind: 'no-daemon' }, ...UNTOLD } };
  }
  const ask = (paths: readonly string[], mostBytes: number) =>
    askDockerApi(host, { socket, paths, deadlineMs: wish.deadlineMs, mostBytes });
  const first = await ask(['/_ping'], SMALL_BYTES);
  if (first.kind === 'unknown') return first;
  const { way } = first;
  const ping = first.answers[0] ?? NOBODY_ASKED;
  if (ping.kind !== 'answered') return { kind: 'known', api: { pid, socket, way, ping, ...UNTOLD } };
  const [version, info, dump] = await Promise.all([
    ask(['/version'], SMALL_BYTES),
    ask(['/info'], SMALL_BYTES),
    wish.goroutines ? ask(['/debug/pprof/goroutine?debug=1'], DUMP_BYTES) : undefined,
  ]);
  for (const look of [version, info, dump]) if (look?.kind === 'unknown') return look;
  return {
    kind: 'known',
    api: {
      ...{ pid, socket, way, ping },
      version: answerOf(version),
      info: answerOf(info),
      versions: readEngineVersions(bodyOf(version)),
      containersRunning: readEngineInfo(bodyOf(info)),
      goroutines: dumpOf(dump),
    },
  };
}

const NOBODY_ASKED: ApiAnswer = { kind: 'not-asked', why: 'it was not asked' };

const UNTOLD = {
  version: undefined,
  info: undefined,
  versions: [],
  containersRunning: undefined,
  goroutines: { kind: 'not-asked' },
} as const;

function answerOf(look: ApiLook): ApiAnswer | undefined {
  return look.kind === 'known' ? look.answers[0] : undefined;
}

function bodyOf(look: ApiLook): string {
  const answer = answerOf(look);
  return answer?.kind === 'answered' && answer.status === 200 ? answer.body : '';
}

/** By the status: 404 is what a Docker before 17.07 says unless it runs in debug mode, 401 and 403 what a plugin refuses. */
function dumpOf(look: ApiLook | undefined): DumpLook {
  if (look === undefined) return { kind: 'not-asked' };
  const answer = answerOf(look);
  if (answer === undefined || answer.kind !== 'answered') {
    const why = 'the daemon answered, but did not give its goroutines in time';
    return { kind: 'not-read', why, hint: 'Look again with a longer deadline.' };
  }
  if (answer.status === 404) {
    return {
      kind: 'not-read',
      why: 'this Docker gives its goroutines in debug mode only (before 17.07)',
      hint: 'Look again with write_stacks: true, which needs no debug mode; or upgrade Docker.',
    };
  }
  const dump = answer.status === 200 ? parseGoroutines(answer.body, answer.cut) : undefined;
  if (dump !== undefined) return { kind: 'read', dump };
  const why =
    answer.status === 200 ? 'the answer is no list of goroutines' : `the daemon refused it (HTTP ${answer.status})`;
  return { kind: 'not-read', why, hint: 'Look for an authorization plugin of this daemon that forbids /debug.' };
}
