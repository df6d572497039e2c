import type { Program } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import functions from './kubectl.sh';

/** A program that begins with the functions of bounded.sh and kubectl.sh. */
export function kubectlProgram(name: string, text: string): Program {
  return boundedProgram(name, `${functions}\n${text}`);
}

/** How kubectl finds the API server; empty texts leave it to kubectl. */
export interface ClusterAccess {
  /** Path of kubectl. */
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly context: string;
  /** How long each call may take; rounded up to whole seconds. */
  readonly deadlineMs: number;
}

/** The first arguments of every such program. */
export function accessArguments({ kubectl, kubeconfig, context, deadlineMs }: ClusterAccess): readonly string[] {
  return [String(accessSeconds(deadlineMs)), kubectl, kubeconfig, context];
}

/** A deadline in whole seconds, at least one. */
export function accessSeconds(deadlineMs: number): number {
  return Math.max(1, Math.ceil(deadlineMs / 1000));
}

/** There is no kubectl on the host, or nothing to execute at the path that was given for it. */
export function noKubectl(host: string, path = ''): UnbusyError {
  if (path !== '')
    return new UnbusyError('E_PREFLIGHT_TOOL', `${printable(path)} on ${host} is not there, or cannot be executed`, {
      host,
      hint: 'Correct `kubectl:`, or leave it out to use the one in PATH.',
    });
  return new UnbusyError('E_PREFLIGHT_TOOL', `there is no kubectl on ${host}`, {
    host,
    hint: 'Name a host that has it, or say where it is with `kubectl:`.',
  });
}

/**
 * What kept the API server from answering. `status` is the HTTP status of its answer, empty if none came, `late` if kubectl was ended;
 * `words` are those of kubectl, printable. Only the status decides: 401 and 403 are a no, all else is a doubt.
 */
export function apiError(host: string, what: string, status: string, words: string): UnbusyError {
  const said = words === '' ? '' : `: ${words}`;
  if (status === '401' || status === '403')
    return new UnbusyError('E_DENIED', `the API server does not allow us ${what} (HTTP ${status})${said}`, {
      host,
      hint:
        status === '401'
          ? 'Look at the credentials of the kubeconfig; tokens expire.'
          : 'Allow it by RBAC: `list` for pods and nodes, and `delete` for pods where they are to be deleted; or name `namespaces`.',
    });
  if (status === 'late')
    return new UnbusyError('E_UNKNOWN', `the API server did not answer in time when asked ${what}`, {
      host,
      hint: 'Give it more time with `deadline`, or look at the API server.',
    });
  const how = status === '' ? 'no answer came from the API server' : `the API server answered HTTP ${status}`;
  return new UnbusyError('E_UNKNOWN', `${how} when asked ${what}${said}`, {
    host,
    hint: 'Try the same with kubectl by hand, then run this again.',
  });
}
