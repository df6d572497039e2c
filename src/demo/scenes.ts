import { createHash } from 'node:crypto';

/** A container of a demo host. `starts`: processes that start next, and so keep a private copy of its root and of those before. */
export interface DemoContainer {
  readonly name: string;
  readonly image: string;
  readonly status: 'up' | 'dead' | 'removing';
  readonly starts: readonly string[];
}

/** One host of the demo. */
export interface DemoScene {
  readonly host: string;
  readonly containers: readonly DemoContainer[];
  /** Variables of the host in the inventory, with a comma before each. */
  readonly vars?: string;
}

const up = (name: string, image: string): DemoContainer => ({ name, image, status: 'up', starts: [] });

/** Three hosts with what a small shop runs, and one that is in good order. */
export const SCENES: readonly DemoScene[] = [
  {
    host: 'web-1',
    containers: [
      up('shop-api', 'shop/api:41'),
      { name: 'shop-web', image: 'shop/web:40', status: 'dead', starts: ['node_exporter'] },
    ],
  },
  {
    host: 'web-2',
    // So that the other way of release is seen too: enter the holder's namespace and unmount there.
    vars: ', release: [unmount]',
    containers: [
      up('shop-api', 'shop/api:41'),
      { name: 'shop-mail', image: 'shop/mail:12', status: 'dead', starts: ['node_exporter'] },
      { name: 'shop-cart', image: 'shop/cart:7', status: 'removing', starts: ['cadvisor'] },
    ],
  },
  { host: 'db-1', containers: [up('shop-db', 'postgres:16')] },
  {
    host: 'build-1',
    containers: [{ name: 'ci-job-481', image: 'shop/ci:3', status: 'dead', starts: ['ntpd'] }],
  },
];

/** 64 hex digits, the same in every demo: a container id, or the name of a layer. */
export function demoId(...words: readonly string[]): string {
  return createHash('sha256').update(words.join('/')).digest('hex');
}

/** The lines that host-init.sh reads. */
export function sceneLines({ host, containers }: DemoScene): string {
  const lines = containers.map(({ name, image, status, starts }) =>
    ['container', demoId(host, name), demoId(host, name, 'layer'), name, image, status, starts.join(' ')].join('|'),
  );
  return `${lines.join('\n')}\ngo\n`;
}

/** Names of the processes that a host needs: containers that run, holders, and the daemon. */
export function processNames({ containers }: DemoScene): readonly string[] {
  const living = containers.filter((each) => each.status === 'up').map((each) => each.name);
  return [...new Set(['dockerd', ...living, ...containers.flatMap((each) => each.starts)])];
}
