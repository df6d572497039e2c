/** Where an error leads: the host's state in the report, or the exit of the whole command. */
export type ErrorClass =
  | 'usage'
  | 'unreachable'
  | 'failed'
  | 'unknown'
  | 'guard'
  | 'no-match'
  | 'lock'
  | 'interrupted'
  | 'bug';

/** When another try may help: never, by a new connection, or by doing the task again. */
export type Retry = 'never' | 'connection' | 'task';

interface CodeFacts {
  readonly class: ErrorClass;
  readonly retry: Retry;
  /** One sentence for `doc errors`. */
  readonly meaning: string;
}

const code = (cls: ErrorClass, retry: Retry, meaning: string): CodeFacts => ({ class: cls, retry, meaning });

/** Every code that a user may meet. Codes are permanent: they are never renamed and never given another meaning. */
export const ERROR_CODES = {
  E_USAGE: code(
    'usage',
    'never',
    'A flag, an argument or a setting is not valid. No host was touched; but why looks at the host before it says that nothing there has the name.',
  ),
  E_PLAYBOOK: code('usage', 'never', 'The playbook has a mistake. No host was touched.'),
  E_INVENTORY: code('usage', 'never', 'The inventory has a mistake. No host was touched.'),
  E_EXPRESSION: code('usage', 'never', 'An expression is not valid or has the wrong type.'),
  E_SSH_CONFIG: code('usage', 'never', 'The ssh client refused its own configuration. No host was touched.'),
  E_KEY_FILE: code(
    'usage',
    'never',
    'A private key file cannot be read or its passphrase is wrong. No host was touched.',
  ),
  E_NO_MATCH: code('no-match', 'never', 'No host matched. No host was touched.'),
  E_CONNECT_DNS: code('unreachable', 'connection', 'The host name does not resolve.'),
  E_CONNECT_TCP: code('unreachable', 'connection', 'No TCP connection: refused, no route, reset.'),
  E_CONNECT_TIMEOUT: code('unreachable', 'connection', 'The connection was not up within its deadline.'),
  E_CONNECT_SHED: code(
    'unreachable',
    'connection',
    'The server closed the connection before its banner (MaxStartups), also after back-off.',
  ),
  E_CONNECT_PROTOCOL: code(
    'unreachable',
    'never',
    'The SSH handshake failed: no common algorithm, or not an SSH server.',
  ),
  E_CONNECT_JUMP: code('unreachable', 'connection', 'The jump host could not be reached or refused to forward.'),
  E_CONNECT_LOCAL: code(
    'unreachable',
    'connection',
    'This machine cannot start what connects, for instance for want of room in /tmp.',
  ),
  E_HOSTKEY_UNKNOWN: code('unreachable', 'never', 'The host key is in no known_hosts file.'),
  E_HOSTKEY_CHANGED: code('unreachable', 'never', 'The host key differs from the one that is known.'),
  E_HOSTKEY_REVOKED: code('unreachable', 'never', 'The host key is marked @revoked.'),
  E_AUTH: code('unreachable', 'never', 'The server refused every key and method that we may use.'),
  E_CHANNEL: code('unreachable', 'connection', 'The server refused to open a session channel.'),
  E_PREFLIGHT_SHELL: code('failed', 'never', 'There is no POSIX shell behind the connection.'),
  E_PREFLIGHT_OS: code('failed', 'never', 'The host does not run Linux.'),
  E_PREFLIGHT_PROC: code('failed', 'never', '/proc is not mounted, or hides other processes (hidepid).'),
  E_PREFLIGHT_ROOT: code('failed', 'never', 'The task needs root and we are not root.'),
  E_PREFLIGHT_TOOL: code('failed', 'never', 'A tool that the program needs is missing on the host.'),
  E_BECOME_MISSING: code('failed', 'never', 'Neither sudo nor doas is installed.'),
  E_BECOME_PASSWORD: code('failed', 'never', 'sudo or doas wants a password and none was given, or it was wrong.'),
  E_BECOME_TTY: code('failed', 'never', 'sudo requires a terminal (requiretty).'),
  E_BECOME_DENIED: code('failed', 'never', 'The policy of sudo or doas does not allow this user to become root.'),
  E_BECOME_TIMEOUT: code('failed', 'task', 'sudo or doas did not answer within its deadline (often DNS or LDAP).'),
  E_PROGRAM_EXIT: code('failed', 'never', 'A program ended with an exit number that it does not define.'),
  E_PROGRAM_KILLED: code('failed', 'never', 'A program was ended by a signal.'),
  E_PROGRAM_TIMEOUT: code(
    'unknown',
    'never',
    'A program did not end within its deadline. What ran of it was ended and looked for; the message names what is left (state D), or says that nobody could look.',
  ),
  E_PROGRAM_LOST: code('unknown', 'connection', 'The link was lost, or the answer ended early.'),
  E_PROTOCOL: code('failed', 'never', 'The answer of a program cannot be read.'),
  E_STALE: code('failed', 'task', 'The host moved between looking and acting. Nothing was done.'),
  E_BUSY: code('failed', 'never', 'The host said busy.'),
  E_DENIED: code('failed', 'never', 'The host said no.'),
  E_VERIFY: code('failed', 'never', 'The step ran, but looking again shows that the wanted state does not hold.'),
  E_REFUSED: code(
    'failed',
    'never',
    'A step would harm something alive, or is not allowed by the playbook. Nothing was done.',
  ),
  E_COMMAND: code('failed', 'never', 'A command of the playbook failed.'),
  E_ASSERT: code('failed', 'never', 'An assertion of the playbook does not hold.'),
  E_UNKNOWN: code('unknown', 'task', 'The state could not be read, so nothing was decided.'),
  E_DAEMON_SILENT: code('unknown', 'never', 'The Docker daemon did not answer within its deadline.'),
  E_DAEMON_MISSING: code('unknown', 'never', 'There is no Docker daemon or no docker client on the host.'),
  E_GUARD: code('guard', 'never', 'A guard stopped the run: a stop rule or a refused confirmation.'),
  E_CONFIRM: code(
    'guard',
    'never',
    'A step that restarts something was not confirmed: nobody could be asked, or the answer was no. It was not done.',
  ),
  E_LOCK: code('lock', 'never', 'Another process works on the same run, or runs the same schedule (--cron).'),
  E_INTERRUPTED: code('interrupted', 'task', 'The run was interrupted.'),
  E_DEADLINE: code('unknown', 'task', 'The deadline of the run or of the host passed.'),
  E_BUG: code('bug', 'never', 'A mistake of ours. Please report it with the text above.'),
} as const satisfies Record<string, CodeFacts>;

/** A permanent error code. */
export type ErrorCode = keyof typeof ERROR_CODES;
