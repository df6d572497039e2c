import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { coalesceWrites } from './coalesce-writes.ts';
import type { Credentials } from './credentials.ts';
import type { HostKeyRules } from './host-key-check.ts';
import type { Endpoint } from './ssh-endpoint.ts';

/** Everything needed to reach one server and log in; `via` is the jump host before it. */
export interface SshRoute {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
  readonly hostKeys: HostKeyRules;
  /** For one try: TCP, key exchange and login together. */
  readonly deadlineMs: number;
  /** 0: both. */
  readonly addressFamily: 0 | 4 | 6;
  readonly bindAddress?: string;
  readonly via?: SshRoute;
}

/** Names a route's whole way; equal for routes that end in the same account of the same server. */
export function routeKey(route: SshRoute): string {
  const { user, hostname, port } = route.endpoint;
  return `${route.via === undefined ? '' : `${routeKey(route.via)} > `}${user}@${hostname}:${port}`;
}

/** Where handshakes of a route arrive: routes with equal names share a gate. */
export function serverKey(route: SshRoute): string {
  const { hostname, port } = route.endpoint;
  return `${route.via === undefined ? '' : `${serverKey(route.via)} > `}${hostname}:${port}`;
}

/** Starts a TCP connection. Without noDelay each packet of the handshake would wait for the other end's delayed ACK. */
export function connectTcp(route: SshRoute): Duplex {
  const { hostname, port } = route.endpoint;
  const socket = connect({
    host: hostname,
    port,
    noDelay: true,
    family: route.addressFamily,
    autoSelectFamily: route.addressFamily === 0,
    // The default of 250 ms gives up on an address that is merely far away.
    autoSelectFamilyAttemptTimeout: 2000,
    ...(route.bindAddress === undefined ? {} : { localAddress: route.bindAddress }),
  });
  coalesceWrites(socket);
  return socket;
}
