/** One server that we dial, and the names that messages call it by. */
export interface Endpoint {
  /** The host's name in the inventory, or a jump host's alias. */
  readonly host: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** The jump host that forwards us, as `host:port`. */
  readonly via?: string;
}

/** `name (address:port)`, short where the name is the address. */
export function endpointLabel(endpoint: Endpoint): string {
  const address = socketName(endpoint.hostname, endpoint.port);
  const label = endpoint.hostname === endpoint.host ? address : `${endpoint.host} (${address})`;
  return endpoint.via === undefined ? label : `${label} behind ${endpoint.via}`;
}

/** `host:port`, with brackets around an IPv6 address. */
export function socketName(hostname: string, port: number): string {
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
