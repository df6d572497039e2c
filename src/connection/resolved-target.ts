/** How ssh_config says to reach one alias; paths are absolute and tokens expanded. */
export interface ResolvedTarget {
  /** The name that ssh was asked about. */
  readonly alias: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Socket of the agent; undefined: none. */
  readonly identityAgent?: string;
  readonly certificateFiles: readonly string[];
  /** Jump hosts as `[user@]host[:port]`, the first one dialled first. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand?: string;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hostKeyAlias?: string;
  /** StrictHostKeyChecking as written: ask, yes, no, accept-new. */
  readonly strictHostKeyChecking: string;
  readonly hashKnownHosts: boolean;
  readonly connectTimeoutMs?: number;
  /** 0: both. */
  readonly addressFamily: 0 | 4 | 6;
  readonly bindAddress?: string;
  /** Settings that only OpenSSH itself can honour, as `Keyword value`. */
  readonly onlyOpenSsh: readonly string[];
}

/** One question to ssh_config: an alias, and what the inventory or the command line fixed before. */
export interface ConfigQuestion {
  readonly alias: string;
  readonly user?: string;
  readonly port?: number;
}
