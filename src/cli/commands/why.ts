import { selectHosts } from '../../config/host-pattern.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import { PENDING } from '../../core/exit-codes.ts';
import type { HostTarget } from '../../core/target.ts';
import { printable } from '../../core/text.ts';
import { Budget } from '../../engine/deadline.ts';
import { overrideTarget } from '../../engine/selection.ts';
import { renderTree } from '../../report/tree.ts';
import type { CommandSpec } from '../command.ts';
import { connectWith } from '../connector.ts';
import type { Given } from '../given.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { loadInputs, noticesOf } from '../load-inputs.ts';
import { styleFor } from '../look.ts';
import { CONNECTION_OPTIONS, HOST_OPTIONS, LOOK_OPTIONS } from '../option-groups.ts';
import { overridesOf } from '../overrides.ts';
import type { WhyAnswer } from '../why/why-answer.ts';
import { whyExitCode } from '../why/why-exit.ts';
import { lookWhy } from '../why/why-look.ts';
import { readQuestion } from '../why/why-target.ts';
import { whyTree } from '../why/why-tree.ts';

/** Options of a run that mean nothing for one look at one host. */
const FLEET_ONLY: ReadonlySet<string> = new Set(['limit', 'forks', 'task-timeout', 'host-timeout']);

/** `unbusy why HOST TARGET`: what pins a container, a path or a device, as a tree; reads only. */
export const whyCommand: CommandSpec = {
  name: 'why',
  summary: 'Explain what keeps a container, a path or a block device busy on a host; changes nothing.',
  args: [
    { name: 'host', help: 'A host of the inventory.', required: true, completes: 'host' },
    { name: 'target', help: 'Container name or id, absolute path, /dev/NAME or MAJOR:MINOR.', required: true },
  ],
  options: [
    ...[...HOST_OPTIONS, ...CONNECTION_OPTIONS].filter(({ name }) => !FLEET_ONLY.has(name)),
    { name: 'json', kind: 'switch', help: 'One JSON object on stdout.' },
    ...LOOK_OPTIONS,
  ],
  examples: [
    ['unbusy why cd01 web -i hosts.yml', 'what holds the container web'],
    ['unbusy why cd01 /mnt/data -i hosts.yml', 'why /mnt/data cannot be unmounted or removed'],
    ['unbusy why cd01 /dev/rbd0 -i cd01,', 'who still has the device mounted, in whatever namespace'],
  ],
  exits: [0, 1, 2, 3, 4, 5, 8, 9, 124, 130, 143],
  pending: PENDING.look,
  async run(io, [hostName = '', text = ''], given) {
    const target = targetOf(io, hostName, given);
    const answer = await withSession(io, given, target, (session) => lookWhy(session, readQuestion(text)));
    if (given.has('json')) io.out.write(`${JSON.stringify(jsonOf(target.name, answer), null, 2)}\n`);
    else io.out.write(`${renderTree(whyTree(target.name, answer), styleFor(io, given, io.out)).join('\n')}\n`);
    return whyExitCode(answer);
  },
};

/** The host, always as root: other users' namespaces cannot be looked into otherwise. */
function targetOf(io: Io, name: string, given: Given): HostTarget {
  const { inventory } = loadInputs(given);
  for (const text of noticesOf(inventory)) io.err.write(`${printable(text)}\n`);
  const [host, ...others] = selectHosts(inventory, name);
  if (host === undefined || others.length > 0) {
    throw new UnbusyError('E_USAGE', `"${name}" is ${others.length + 1} hosts; why looks at one`, {
      hint: 'Name one host.',
    });
  }
  return overrideTarget(host, { ...overridesOf(given), become: true });
}

/** Connects, works and closes; ended by a signal or the deadline, it throws what ended it. */
async function withSession<T>(
  io: Io,
  given: Given,
  target: HostTarget,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const say = (text: string) => io.err.write(`${printable(text)}\n`);
  const connect = connectWith(io, given, (event) => {
    if (event.kind === 'notice') say(`${event.host ?? ''}: ${event.text}`);
  });
  const interrupts = stopOnInterrupt(io, say);
  const time = new Budget(io.clock, given.duration('timeout') ?? 0, 'why', '--timeout');
  const stop = AbortSignal.any([interrupts.stop, time.signal]);
  const connector = await connect([target]);
  time.start();
  try {
    const opened = await connector.open(target, stop);
    if (!opened.ok) throw opened.error;
    return await workUntil(stop, opened.session, work);
  } catch (thrown) {
    throw stop.aborted ? stop.reason : thrown;
  } finally {
    time.pause();
    await connector.close();
    interrupts.dispose();
  }
}

async function workUntil<T>(stop: AbortSignal, session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  const onAbort = () => void session.cancel('why was stopped').catch(() => undefined);
  stop.addEventListener('abort', onAbort, { once: true });
  if (stop.aborted) onAbort();
  try {
    if (session.facts.uid !== 0) throw notRoot(session);
    return await work(session);
  } finally {
    stop.removeEventListener('abort', onAbort);
    await session.close();
  }
}

function notRoot({ host, facts }: Session): UnbusyError {
  return new UnbusyError('E_PREFLIGHT_ROOT', `why needs root, and the session on ${host} has uid ${facts.uid}`, {
    host,
  });
}

function jsonOf(host: string, { openers, ...answer }: WhyAnswer): object {
  const leaks = answer.leaks.map((leak) => ({ ...leak, openers: openers.get(leak) ?? null, target: undefined }));
  return { schema: 'unbusy/why/1', host, ...answer, leaks };
}
