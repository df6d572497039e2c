/** A host as the system's ssh client shall reach it; the alias is looked up in its own configuration. */
export interface OpensshTarget {
  /** Name in the inventory. */
  readonly host: string;
  /** Alias of ssh_config, name or address. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  /** Paths on the controller. */
  readonly identityFiles: readonly string[];
  /** In the place of the user's ssh_config. */
  readonly configFile?: string;
}

/** How the client shall behave; times in milliseconds. */
export interface OpensshSettings {
  /** Undefined: as StrictHostKeyChecking of the host says; a question counts as no. */
  readonly hostKeys?: 'strict' | 'accept-new';
  readonly connectDeadlineMs: number;
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** Options of every call: never a question, a terminal, a forwarding or a command of the user's configuration (ssh_config(5)). */
function commonOptions(target: OpensshTarget, settings: OpensshSettings, socket: string): string[] {
  const { hostKeys } = settings;
  const options = [
    'BatchMode=yes',
    `ControlPath=${socket}`,
    `ConnectTimeout=${seconds(settings.connectDeadlineMs)}`,
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    'RequestTTY=no',
    'RemoteCommand=none',
    'PermitLocalCommand=no',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'EscapeChar=none',
    ...(hostKeys === undefined ? [] : [`StrictHostKeyChecking=${hostKeys === 'strict' ? 'yes' : 'accept-new'}`]),
  ];
  return [
    ...(target.configFile === undefined ? [] : ['-F', target.configFile]),
    ...options.flatMap((option) => ['-o', option]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...target.identityFiles.flatMap((file) => ['-i', file]),
  ];
}

/** Connects, and leaves a master behind that ends 30 s after its last channel; returns when the host may be used. */
export function masterCommand(target: OpensshTarget, settings: OpensshSettings, socket: string): string[] {
  const own = ['-f', '-N', '-o', 'ControlMaster=yes', '-o', 'ControlPersist=30', '-o', 'LogLevel=INFO'];
  return ['ssh', ...own, ...commonOptions(target, settings, socket), '--', target.address];
}

/** One remote command through the master; without a master it fails instead of connecting anew. */
export function channelCommand(
  target: OpensshTarget,
  settings: OpensshSettings,
  socket: string,
  commandLine: string,
): string[] {
  const own = ['-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-o', 'LogLevel=ERROR'];
  return ['ssh', ...own, ...commonOptions(target, settings, socket), '--', target.address, commandLine];
}

/** Ends the master and all its channels. */
export function exitCommand(target: OpensshTarget, settings: OpensshSettings, socket: string): string[] {
  return ['ssh', '-O', 'exit', ...commonOptions(target, settings, socket), '--', target.address];
}
