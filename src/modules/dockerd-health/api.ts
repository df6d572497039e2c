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
 * Asks whether the daemon lives; only if it does, for what may take it longer: /info asks the graph driver and plugins, and has a
 * time of its own, so that it hangs alone. Where no daemon runs nobody is asked.
 */
export async function lookAtApi(host: Session, { pid, socket }: ApiPlace, wish: ApiWish): Promise<ApiSeen> {
  if (pid === undefined) {
    return { kind: 'known', api: { pid, socket, way: '', ping: { kind: 'no-daemon' }, info: undefined, ...UNTOLD } };
  }
  const ask = (paths: readonly string[], mostBytes: number) =>
    askDockerApi(host, { socket, paths, deadlineMs: wish.deadlineMs, mostBytes });
  const first = await ask(['/_ping', '/version'], SMALL_BYTES);
  if (first.kind === 'unknown') return first;
  const { way, answers } = first;
  const [ping, version] = answers;
  const base = { pid, socket, way, ping: ping ?? NOBODY_ASKED };
  if (ping?.kind !== 'answered' || version?.kind !== 'answered') {
    const failed = { ...base, ping: ping?.kind === 'answered' ? (version ?? NOBODY_ASKED) : base.ping };
    return { kind: 'known', api: { ...failed, info: undefined, ...UNTOLD } };
  }
  const [info, dump] = await Promise.all([
    ask(['/info'], SMALL_BYTES),
    wish.goroutines ? ask(['/debug/pprof/goroutine?debug=1'], DUMP_BYTES) : undefined,
  ]);
  if (info.kind === 'unknown') return info;
  if (dump?.kind === 'unknown') return dump;
  return {
    kind: 'known',
    api: {
      ...base,
      info: info.answers[0],
      versions: readEngineVersions(version.body),
      containersRunning: readEngineInfo(bodyOf(info)),
      goroutines: dumpOf(dump),
    },
  };
}

const NOBODY_ASKED: ApiAnswer = { kind: 'not-asked', why: 'it was not asked' };

const UNTOLD = { versions: [], containersRunning: undefined, goroutines: { kind: 'not-asked' } } as const;

function bodyOf(look: ApiLook & { kind: 'known' }): string {
  const [answer] = look.answers;
  return answer?.kind === 'answered' && answer.status === 200 ? answer.body : '';
}

/** By the status: 404 is what a Docker before 17.07 says unless it runs in debug mode, 401 and 403 what a plugin refuses. */
function dumpOf(look: (ApiLook & { kind: 'known' }) | undefined): DumpLook {
  if (look === undefined) return { kind: 'not-asked' };
  const [answer] = look.answers;
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
