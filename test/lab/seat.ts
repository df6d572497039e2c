import { join } from 'node:path';

/** One of the labs that a machine holds at the same time; machine/seat.sh has the same names. */
export interface Seat {
  readonly number: number;
  /** Where its hosts, keys and sockets are; removed when the lab ends. */
  readonly dir: string;
  readonly bridge: string;
  /** The machine's end of a host's network link. */
  link(host: string): string;
  /** The address of its n-th host, from 0, in a network of the seat's own. */
  address(index: number): string;
  /** Where a connection to a host is shared. */
  socket(host: string): string;
}

/** What carries the seat of that number. */
export function seatOf(number: number): Seat {
  const dir = `/var/lib/unbusy-lab-${number}`;
  return {
    number,
    dir,
    bridge: `unbusy${number}`,
    link: (host) => `ub${number}-${host}`,
    address: (index) => `10.77.${number}.${11 + index}`,
    socket: (host) => join(dir, 'mux', host),
  };
}
