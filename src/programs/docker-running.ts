import type { Program, ProgramRecord } from '../connection/session.ts';
import { dockerProgram } from './docker-client.ts';
import functions from './docker-running.sh';

/** A program that begins with the functions of bounded.sh, docker-client.sh and docker-running.sh. */
export function runningProgram(name: string, text: string): Program {
  return dockerProgram(name, `${functions}\n${text}`);
}

/** A container that runs, as a restart of dockerd meets it. */
export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  /** running, paused, restarting. */
  readonly status: string;
  readonly pid: number;
  /** no, always, unless-stopped, on-failure; empty in old versions: no. */
  readonly policy: string;
  readonly autoRemove: boolean;
  /** Commands that run in it by docker exec, those of its health check included; undefined: not told. */
  readonly execs: number | undefined;
  /** starting, healthy, unhealthy; empty without a check. */
  readonly health: string;
  readonly addresses: readonly string[];
  /** Mount namespace of its shim; 0 if it cannot be read. */
  readonly shimNamespace: number;
}

/** The records `container` of docker-running.sh. */
export function readRunning(records: readonly ProgramRecord[]): readonly RunningContainer[] {
  return records.filter(({ kind }) => kind === 'container').map(({ fields }) => readContainer(fields));
}

function readContainer(fields: readonly string[]): RunningContainer {
  const [id = '', name = '', status = '', pid = '', policy = '', autoRemove = '', execs = ''] = fields;
  const [health = '', addresses = '', namespace = ''] = fields.slice(7);
  return {
    id,
    name: name.replace(/^\//, ''),
    status,
    pid: Number(pid),
    policy,
    autoRemove: autoRemove === 'true',
    execs: countExecs(execs),
    health: /^(starting|healthy|unhealthy)$/.test(health) ? health : '',
    addresses: addresses.split(',').filter((each) => each !== ''),
    shimNamespace: Number(namespace || '0'),
  };
}

function countExecs(list: string): number | undefined {
  if (list === 'null') return 0;
  const inner = /^\[(.*)\]$/.exec(list)?.[1];
  return inner === undefined ? undefined : inner === '' ? 0 : inner.split(',').length;
}
