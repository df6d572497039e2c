import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { askAgent } from '../../connection/ssh-agent.ts';
import { listRuns } from '../../journal/runs-folder.ts';
import type { DoctorCheck } from '../../report/doctor-view.ts';
import { count } from '../../report/story.ts';
import type { Given } from '../given.ts';
import type { Io } from '../io.ts';
import { runsFolder } from '../recording.ts';
import { ownCommand } from './command-words.ts';

/** What a run needs on this side. */
export async function controllerChecks(io: Io, given: Given): Promise<readonly DoctorCheck[]> {
  return [programCheck(io), sshCheck(io), await agentCheck(io), recordsCheck(io, given)];
}

/** Node goes away with its next version where a version manager put it into a folder of that version. */
export function programCheck(io: Io): DoctorCheck {
  const [node = '', file = ''] = ownCommand();
  const text = `unbusy ${io.version} by ${node} (${process.version}), ${file}`;
  const versioned = node.includes(process.version);
  return versioned
    ? {
        ...{ name: 'program', status: 'warn', text },
        hint: `The path of node has its version in it: after an upgrade of Node, take the new path.`,
      }
    : { name: 'program', status: 'ok', text };
}

/** Without it hosts are reached by their names and our defaults alone. */
export function sshCheck(io: Io): DoctorCheck {
  const path = inPath('ssh', io.env.PATH ?? '');
  return path === undefined
    ? {
        ...{ name: 'ssh', status: 'warn', text: `no ssh in PATH (${io.env.PATH ?? ''}): ssh_config is not read` },
        hint: 'Install the OpenSSH client: it resolves ssh_config, and reaches hosts that need it.',
      }
    : { name: 'ssh', status: 'ok', text: path };
}

/** The runs folder, made if it is missing, as a run would make it. */
export function recordsCheck(io: Io, given: Given): DoctorCheck {
  const folder = runsFolder(io, given);
  const name = 'records';
  const hint = 'Give a folder that you may write: --run-dir FOLDER.';
  if (folder === undefined)
    return { name, status: 'fail', text: 'neither XDG_STATE_HOME nor HOME is set, so runs cannot be recorded', hint };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return { name, status: 'ok', text: `${folder}: ${count(listRuns(folder).length, 'run')}` };
  } catch (error) {
    return {
      name,
      status: 'fail',
      text: `${folder} cannot be written: ${(error as NodeJS.ErrnoException).code ?? error}`,
      hint,
    };
  }
}

async function agentCheck(io: Io): Promise<DoctorCheck> {
  const socket = io.env.SSH_AUTH_SOCK ?? '';
  if (socket === '')
    return { name: 'agent', status: 'ok', text: 'none (SSH_AUTH_SOCK is not set); keys are read from files' };
  const { keys, trouble } = await askAgent(socket);
  return trouble === undefined
    ? { name: 'agent', status: 'ok', text: `${socket}: ${count(keys.length, 'key')}` }
    : { name: 'agent', status: 'warn', text: `${socket}: ${trouble}`, hint: 'Start an agent, or unset SSH_AUTH_SOCK.' };
}

/** Where a program is found; PATH as execvp(3) reads it. */
export function inPath(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, program))
    .find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
