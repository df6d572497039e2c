/** How a user wants to become root. */
export interface BecomeSettings {
  /** auto: sudo if it is there, else doas. */
  readonly method: 'auto' | 'sudo' | 'doas';
}

/** Where and how to reach a host, before ssh_config has been asked. */
export interface HostTarget {
  /** Name in the inventory; also the ssh alias unless `address` is given. */
  readonly name: string;
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  /** Paths on the controller, ~ not yet expanded. */
  readonly identityFiles: readonly string[];
  readonly transport: 'auto' | 'ssh' | 'openssh' | 'local';
  readonly become?: BecomeSettings;
}
