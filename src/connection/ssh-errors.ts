import { formatDuration } from '../core/clock.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import { abortError, UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import type { LoginStory } from './ssh-authentication.ts';
import { type Endpoint, endpointLabel, socketName } from './ssh-endpoint.ts';

/** How far a try came before it failed. */
export type DialPhase = 'resolving' | 'connecting' | 'banner' | 'key-exchange' | 'login';

/** What is known of a try that failed. */
export interface DialFailure {
  readonly endpoint: Endpoint;
  readonly phase: DialPhase;
  readonly error: Error & { readonly code?: unknown; readonly level?: string };
  /** What the server said before its banner. */
  readonly early: string;
  readonly login: LoginStory | undefined;
  /** Keys that were not offered, with the reason. */
  readonly left: readonly string[];
}

/** The error of a failed try: decided by how far it came and by error codes, never by what a text says. */
export function dialError(failure: DialFailure): UnbusyError {
  const { phase } = failure;
  if (phase === 'resolving' || phase === 'connecting') return connectError(failure);
  if (phase === 'banner') return notSshError(failure.endpoint, failure.early);
  if (phase === 'key-exchange') return keyExchangeError(failure);
  return loginError(failure);
}

/** The try took longer than its deadline. */
export function timeoutError(endpoint: Endpoint, phase: DialPhase, afterMs: number, early: string): UnbusyError {
  const after = formatDuration(afterMs);
  if (phase === 'banner' && early !== '') return notSshError(endpoint, early);
  if (phase === 'resolving') {
    const message = `The name ${endpoint.hostname} did not resolve within ${after}.`;
    return make('E_CONNECT_DNS', endpoint, message, 'Look whether the DNS servers of this machine answer.', { phase });
  }
  const what = {
    connecting: `did not accept the TCP connection within ${after}`,
    banner: `accepted the TCP connection, but sent no SSH banner within ${after}`,
    'key-exchange': `did not finish the key exchange within ${after}`,
    login: `did not finish the login of ${endpoint.user} within ${after}`,
  }[phase];
  const hint = {
    connecting: `Check that the host is up and that no firewall drops port ${endpoint.port}.`,
    banner: 'Look whether the host is overloaded or its sshd is stuck; a higher --connect-timeout helps a slow one.',
    'key-exchange': 'Look whether the host is overloaded; on a VPN, also whether large packets get through (MTU).',
    login: 'Look whether the host waits for DNS, LDAP or PAM at login (UseDNS in sshd_config(5)).',
  }[phase];
  return make('E_CONNECT_TIMEOUT', endpoint, `${endpointLabel(endpoint)} ${what}.`, hint, { phase });
}

/** The run was ended while we were connecting. */
export function abortedError(endpoint: Endpoint, signal: AbortSignal): UnbusyError {
  const message = `The connection to ${endpointLabel(endpoint)} was given up because the run was interrupted.`;
  return abortError(signal, () =>
    make('E_INTERRUPTED', endpoint, message, 'Run again for this host; it was not touched.'),
  );
}

/** The server hung up before its banner, each time. */
export function shedError(endpoint: Endpoint, tries: number, tookMs: number, words: string): UnbusyError {
  const said = words === '' ? '' : ` Its last words: "${printable(words)}".`;
  return make(
    'E_CONNECT_SHED',
    endpoint,
    `${endpointLabel(endpoint)} closed the connection before its SSH banner, ${tries} times in ${formatDuration(tookMs)}.${said}`,
    'Run with fewer --forks, or raise MaxStartups in sshd_config(5); if it happens with one connection too, look at PerSourcePenalties, fail2ban and hosts.deny there.',
    { tries, said: printable(words) },
  );
}

function connectError({ endpoint, error }: DialFailure): UnbusyError {
  const single = error instanceof AggregateError ? ((error.errors[0] as Error) ?? error) : error;
  const { code, syscall } = single as NodeJS.ErrnoException;
  const data = { reason: code ?? single.message };
  if (syscall === 'getaddrinfo') {
    const message = `The name ${endpoint.hostname} does not resolve (${code}).`;
    const hint =
      endpoint.hostname === endpoint.host
        ? `Correct the name, or give the host an address in the inventory or a HostName in ssh_config.`
        : `Correct the HostName or address of ${endpoint.host}.`;
    return make('E_CONNECT_DNS', endpoint, message, hint, data);
  }
  const addresses = error instanceof AggregateError ? error.errors : [single];
  const tried = addresses.map((each: { address?: string; port?: number }) =>
    each.address === undefined ? endpointLabel(endpoint) : socketName(each.address, each.port ?? endpoint.port),
  );
  const reason = TCP_REASONS[code ?? ''] ?? single.message;
  const message = `${endpointLabel(endpoint)}: no TCP connection to ${tried.join(', ')}: ${reason}.`;
  const hint =
    code === 'ECONNREFUSED'
      ? `Check that sshd runs there and listens on port ${endpoint.port}.`
      : 'Check the route and the firewalls between here and the host.';
  return make('E_CONNECT_TCP', endpoint, message, hint, data);
}

const TCP_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to its network',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'connection reset',
  EACCES: 'forbidden by a local rule',
  EPERM: 'forbidden by a local firewall',
};

function notSshError(endpoint: Endpoint, early: string): UnbusyError {
  const said = printable(early.split('\n')[0]?.trim().slice(0, 100) ?? '');
  const message = `${endpointLabel(endpoint)} is not an SSH server: it says "${said}".`;
  return make('E_CONNECT_PROTOCOL', endpoint, message, 'Correct the port.', { reason: 'not-ssh', said });
}

function keyExchangeError({ endpoint, error }: DialFailure): UnbusyError {
  if (error.level !== 'handshake' && error.level !== 'protocol') {
    const message = `${endpointLabel(endpoint)} closed the connection in the middle of the key exchange: ${error.message}.`;
    return make('E_CONNECT_TCP', endpoint, message, 'Run again; if it stays, look into the log of sshd on the host.', {
      reason: String(error.code ?? error.message),
    });
  }
  return make(
    'E_CONNECT_PROTOCOL',
    endpoint,
    `${endpointLabel(endpoint)}: the SSH handshake failed: ${error.message}.`,
    `Set \`transport: openssh\` for ${endpoint.host}, so that the system's ssh with all its algorithms is used.`,
    { reason: 'handshake', detail: error.message },
  );
}

/** SSH_MSG_DISCONNECT numbers (RFC 4253 section 11.1); sshd ends a login after too many keys by 2. */
const DISCONNECTS_IN_LOGIN: readonly unknown[] = [2, 14];

function loginError({ endpoint, error, login, left }: DialFailure): UnbusyError {
  const refused = login?.exhausted === true || DISCONNECTS_IN_LOGIN.includes(error.code);
  if (login === undefined || !refused) {
    const message = `${endpointLabel(endpoint)} closed the connection during the login of ${endpoint.user}: ${error.message}.`;
    return make('E_CONNECT_TCP', endpoint, message, 'Look into the log of sshd on the host.', {
      reason: String(error.code ?? error.message),
    });
  }
  const offered = login.offered.length === 0 ? 'no key' : login.offered.join(', ');
  const accepts = login.methodsLeft.join(', ');
  const untried = left.length === 0 ? '' : ` Not offered: ${left.join(', ')}.`;
  const message = login.partial
    ? `${endpointLabel(endpoint)} accepted a key for ${endpoint.user}, but also wants ${accepts}, which unbusy cannot give.`
    : login.offered.length === 0
      ? `${endpointLabel(endpoint)}: there is no key to offer for ${endpoint.user}; the server accepts ${accepts}.${untried}`
      : `${endpointLabel(endpoint)} refused every key for ${endpoint.user}: ${offered}.${untried}`;
  return make('E_AUTH', endpoint, message, loginHint(endpoint, login, left), {
    user: endpoint.user,
    offered: [...login.offered],
    notOffered: [...left],
    accepts: [...login.methodsLeft],
  });
}

function loginHint(endpoint: Endpoint, login: LoginStory, left: readonly string[]): string {
  if (login.partial || (login.methodsLeft.length > 0 && !login.methodsLeft.includes('publickey'))) {
    return `Allow this user to log in with a key alone, or set \`transport: openssh\` for ${endpoint.host} with a ControlMaster that is already open.`;
  }
  if (login.offered.length === 0 && left.length === 0) {
    return 'Load a key into an agent (ssh-add), or name one: identity_file in the inventory, --private-key, or IdentityFile in ssh_config.';
  }
  if (left.length > 0) return 'Name the right key: identity_file in the inventory, --private-key, or ssh-add.';
  return `Check the user name and that ~${endpoint.user}/.ssh/authorized_keys on the host has one of these keys.`;
}

function make(
  code: ErrorCode,
  endpoint: Endpoint,
  message: string,
  hint: string,
  data: Record<string, string | number | readonly string[]> = {},
): UnbusyError {
  const address = socketName(endpoint.hostname, endpoint.port);
  return new UnbusyError(code, message, { host: endpoint.host, hint, data: { address, ...data } });
}
