import type { ModuleBed } from './module-kit.ts';
import { openMonitor, STOP_MONITOR } from './monitor-beds.ts';

/** Beds of product_containers. */
export const PRODUCT_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  product_containers: [
    {
      name: 'a product that runs',
      lay: () => ({ names: ['ali*'], stop_timeout: 1 }),
      // Somebody else stops it meanwhile.
      disturb: (_sandbox, world) => world.run?.('docker stop alive'),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'dead'),
    },
    {
      name: 'a product of which one is dead, and held by a monitor that is none of its own',
      lay: () => ({ names: ['old'] }),
      disturb: (_sandbox, world) => world.run?.(STOP_MONITOR),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'dead'),
    },
    {
      name: 'a monitor that is to let go of what runs',
      lay: () => ({ names: ['cadvisor'], state: 'released' }),
      disturb: (_sandbox, world) => world.run?.(STOP_MONITOR),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'alive'),
    },
    {
      name: 'nothing of the product',
      lay: () => ({ names: ['other'], labels: ['com.example.product'], compose_project: 'other' }),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'dead'),
    },
  ],
};
