import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/*
 * A recorded API server, and not a real one: there is no etcd, no kubelet and no controller behind it. It gives the answers of
 * test/fixtures/kubernetes (see the README there) to the few requests that kubectl makes of it, keeps pods in a map, and decides
 * about a DELETE as k8s.io/apiserver does (registry/rest/delete.go, BeforeDelete; registry/generic/registry/store.go): preconditions
 * first, finalizers keep the object, without a grace period nothing happens to a pod that is going already. What it does not know
 * it answers with 501, and writes it down in `strange`.
 */

export type KubernetesVersion = 'v1.14' | 'v1.20' | 'v1.28' | 'v1.33';
export const KUBERNETES_VERSIONS: readonly KubernetesVersion[] = ['v1.14', 'v1.20', 'v1.28', 'v1.33'];

type Obj = { [key: string]: unknown };
export interface ApiObject {
  readonly kind?: string;
  metadata: Obj & {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    deletionTimestamp?: string;
    finalizers?: string[];
  };
  spec: Obj;
  status: Obj;
}

interface Recording {
  readonly version: Obj;
  readonly node: object;
  readonly pod: object;
}

const recordingOf = (version: KubernetesVersion): Recording =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../fixtures/kubernetes/${version}.json`, import.meta.url)), 'utf8'));

const RESOURCES = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    {
      name: 'pods',
      singularName: '',
      namespaced: true,
      kind: 'Pod',
      verbs: ['delete', 'get', 'list'],
      shortNames: ['po'],
    },
    { name: 'nodes', singularName: '', namespaced: false, kind: 'Node', verbs: ['get', 'list'], shortNames: ['no'] },
  ],
};

/** What a test may bend. */
export interface ServerParts {
  readonly version?: KubernetesVersion;
  /** Path below which the API lies, as behind a proxy for several clusters. */
  readonly base?: string;
  /** Clock of the server, as its Date header tells it. */
  readonly now?: () => Date;
  /** Address to listen on. */
  readonly address?: string;
}

export class RecordedApiServer {
  readonly requests: string[] = [];
  readonly strange: string[] = [];
  readonly #pods = new Map<string, ApiObject>();
  readonly #nodes = new Map<string, ApiObject>();
  readonly #recording: Recording;
  readonly #parts: ServerParts;
  readonly #server = createServer((request, response) => this.#take(request, response));
  #resourceVersion = 1000;
  #count = 0;
  /** Answers instead of the server; undefined: the server answers. */
  instead: (
    method: string,
    path: string,
    query: URLSearchParams,
  ) => { readonly status: number; readonly reason: string } | 'hang' | undefined = () => undefined;
  /** Called right before a DELETE is decided. */
  beforeDelete: () => void = () => undefined;

  constructor(parts: ServerParts = {}) {
    this.#parts = parts;
    this.#recording = recordingOf(parts.version ?? 'v1.20');
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, this.#parts.address ?? '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A kubeconfig that leads here, with a token that must never be seen anywhere. */
  kubeconfig(address = this.#parts.address ?? '127.0.0.1'): string {
    const { port } = this.#server.address() as AddressInfo;
    return JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'lab' },
      clusters: [{ name: 'lab', cluster: { server: `http://${address}:${port}${this.#parts.base ?? ''}` } }],
      users: [{ name: 'lab', user: { token: 'top-secret-token' } }],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    });
  }

  addNode(
    name: string,
    given: { readonly ready?: string; readonly bootId?: string; readonly machineId?: string } = {},
  ): void {
    const words = {
      NODE: name,
      READY: given.ready ?? 'True',
      BOOT: given.bootId ?? `boot-of-${name}`,
      MACHINE: given.machineId ?? `machine-of-${name}`,
    };
    this.#nodes.set(name, filled(this.#recording.node, words));
  }

  addPod(name: string, node: string, change: (pod: ApiObject) => void = () => undefined): ApiObject {
    const number = String(++this.#count).padStart(12, '0');
    const words = {
      NAME: name,
      NODE: node,
      UID: `0a1b2c3d-0000-4000-8000-${number}`,
      CID: number.padStart(64, 'a'),
      DID: number.padStart(64, 'd'),
    };
    const pod = filled(this.#recording.pod, words);
    change(pod);
    this.#pods.set(`${pod.metadata.namespace}/${name}`, pod);
    return pod;
  }

  /** Its kubelet is done with it: the object goes. */
  forget(name: string): void {
    this.#pods.delete(name);
  }

  /** Somebody changes a pod. */
  change(name: string, change: (pod: ApiObject) => void): void {
    const pod = this.#pods.get(name);
    if (pod === undefined) throw new Error(`no pod ${name}`);
    change(pod);
    this.touch(pod);
  }

  /** Something of it changed: it has another resource version. */
  touch(pod: ApiObject): void {
    this.#resourceVersion += 1;
    pod.metadata.resourceVersion = String(this.#resourceVersion);
  }

  /** Names of the pods that are there, as namespace/name. */
  get pods(): readonly string[] {
    return [...this.#pods.keys()];
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const method = request.method ?? '';
      const url = new URL(request.url ?? '/', 'http://server');
      this.requests.push(`${method} ${url.pathname}${url.search}`);
      const instead = this.instead(method, url.pathname, url.searchParams);
      if (instead === 'hang') return;
      const { base = '' } = this.#parts;
      const path = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length) : `/outside${url.pathname}`;
      const [status, answer] =
        instead === undefined
          ? this.#answer(method, path, url.searchParams, body)
          : failure(instead.status, instead.reason);
      const now = (this.#parts.now?.() ?? new Date()).toUTCString();
      response.writeHead(status, { 'content-type': 'application/json', date: now });
      response.end(JSON.stringify(answer, null, 2));
    });
  }

  #answer(method: string, path: string, query: URLSearchParams, body: string): readonly [number, unknown] {
    if (method === 'GET' && path === '/version') return [200, this.#recording.version];
    if (method === 'GET' && path === '/api')
      return [200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }];
    if (method === 'GET' && path === '/apis') return [200, { kind: 'APIGroupList', apiVersion: 'v1', groups: [] }];
    if (method === 'GET' && path === '/api/v1') return [200, RESOURCES];
    if (method === 'GET' && path === '/api/v1/nodes') return this.#list('NodeList', [...this.#nodes.values()], query);
    if (method === 'GET' && path === '/api/v1/pods') return this.#list('PodList', [...this.#pods.values()], query);
    const [, namespace = '', name] = /^\/api\/v1\/namespaces\/([^/]+)\/pods(?:\/([^/]+))?$/.exec(path) ?? [];
    if (namespace === '' || (method === 'DELETE' && name === undefined)) return this.#refuse(method, path);
    if (name === undefined && method === 'GET') {
      const wanted = query.get('fieldSelector')?.replace(/^metadata\.name=/, '');
      const own = ({ metadata }: ApiObject) =>
        metadata.namespace === namespace && (wanted === undefined || metadata.name === wanted);
      return this.#list('PodList', [...this.#pods.values()].filter(own), query);
    }
    const pod = this.#pods.get(`${namespace}/${name}`);
    if (method !== 'GET' && method !== 'DELETE') return this.#refuse(method, path);
    if (pod === undefined) return failure(404, 'NotFound');
    return method === 'GET'
      ? [200, { kind: 'Pod', apiVersion: 'v1', ...pod }]
      : this.#delete(`${namespace}/${name}`, body);
  }

  #refuse(method: string, path: string): readonly [number, unknown] {
    this.strange.push(`${method} ${path}`);
    return path.startsWith('/outside') ? failure(404, 'NotFound') : failure(501, 'NotImplemented');
  }

  #list(kind: string, all: readonly ApiObject[], query: URLSearchParams): readonly [number, unknown] {
    const from = Number(query.get('continue') ?? '0');
    const limit = Number(query.get('limit') ?? '0') || all.length;
    const next =
      from + limit < all.length
        ? { continue: String(from + limit), remainingItemCount: all.length - from - limit }
        : {};
    return [
      200,
      { kind, apiVersion: 'v1', metadata: { resourceVersion: '1', ...next }, items: all.slice(from, from + limit) },
    ];
  }

  #delete(key: string, body: string): readonly [number, unknown] {
    this.beforeDelete();
    const pod = this.#pods.get(key);
    if (pod === undefined) return failure(404, 'NotFound');
    const options = body === '' ? {} : JSON.parse(body);
    if (body !== '' && options.kind !== 'DeleteOptions') return failure(400, 'BadRequest');
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid !== undefined && uid !== pod.metadata.uid) return failure(409, 'Conflict');
    if (resourceVersion !== undefined && resourceVersion !== pod.metadata.resourceVersion)
      return failure(409, 'Conflict');
    if ((pod.metadata.finalizers ?? []).length === 0 && options.gracePeriodSeconds === 0) this.#pods.delete(key);
    return [200, { kind: 'Pod', apiVersion: 'v1', ...pod }];
  }
}

function filled(template: object, words: Readonly<Record<string, string>>): ApiObject {
  return JSON.parse(JSON.stringify(template), (_key, value: unknown) =>
    typeof value === 'string'
      ? value.replace(/\b(NAME|NODE|UID|CID|DID|READY|BOOT|MACHINE)\b/g, (word) => words[word] ?? word)
      : value,
  );
}

/** As the API server tells a failure. */
function failure(status: number, reason: string): readonly [number, unknown] {
  const message = `the recorded server says ${reason}`;
  return [status, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status }];
}
