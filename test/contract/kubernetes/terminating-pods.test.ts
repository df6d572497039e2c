import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { k8sTerminatingPodsModule as module } from '../../../src/modules/k8s-terminating-pods/index.ts';
import { KUBECTL } from '../../support/kubectl.ts';
import { type ApiObject, RecordedApiServer } from '../../support/recorded-api-server.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

const [shell] = shellKinds();

describe.runIf(KUBECTL !== undefined && shell !== undefined)(
  'k8s_terminating_pods against a recorded API server',
  () => {
    let sandbox: ReturnType<typeof makeSandbox>;
    let server: RecordedApiServer;
    let now: Date;
    beforeEach(async () => {
      sandbox = makeSandbox();
      now = new Date('2026-11-21T09:00:00Z');
      server = await new RecordedApiServer({ now: () => now }).start();
      server.addNode('n1');
      writeFileSync(join(sandbox.path, 'kubeconfig'), server.kubeconfig());
    });
    afterEach(async () => {
      sandbox.remove();
      await server.stop();
    });

    async function look(given: object) {
      if (shell === undefined) throw new Error('no shell');
      const host = new ShellHost(shell);
      const params = module.params.parse({ kubectl: KUBECTL, kubeconfig: join(sandbox.path, 'kubeconfig'), ...given });
      const seen = await module.observe(host, params);
      if (seen.kind === 'unknown') throw seen.error;
      const changes = module.plan(seen.state, params, new Map());
      return {
        changes,
        refusals: module.refusals?.(seen.state, params, new Map()) ?? [],
        result: module.result(seen.state),
      };
    }
    const gone = ({ metadata: { uid, name, namespace } }: ApiObject) => [
      { node: 'n1', pods: [{ uid, namespace, name, verdict: 'gone', alive: false, what: [] }] },
    ];

    it('goes by the clock of the API server, whatever the host says', async () => {
      server.addPod('web', 'n1');
      expect((await look({})).result.pods).toMatchObject([{ name: 'web' }]);
      now = new Date('2026-11-21T08:00:40Z');
      expect((await look({})).result).toMatchObject({ pods: [], within_grace: 1 });
      expect((await look({ older_than: '5s' })).result).toMatchObject({ pods: [{ name: 'web' }], within_grace: 0 });
    });

    it('gives the kubelet its time, and has nothing to do when it used it', async () => {
      const pod = server.addPod('web', 'n1');
      const given = { remains: gone(pod), force: 'when_proved' };
      let asked = 0;
      server.instead = (_method, _path, query) => {
        if (query.get('fieldSelector') === 'metadata.name=web' && ++asked === 2) server.forget('default/web');
        return undefined;
      };
      expect(await look({ ...given, wait: '60s' })).toMatchObject({ changes: [], refusals: [], result: { pods: [] } });
      expect(asked).toBe(2);
      const again = server.addPod('web', 'n1');
      expect((await look({ ...given, remains: gone(again), wait: 0 })).changes.length).toBe(1);
    });

    it('does not take its successor of the same name for it', async () => {
      const pod = server.addPod('web', 'n1');
      server.change('default/web', ({ metadata }) => {
        metadata.uid = 'its-successor';
      });
      const before = { ...pod, metadata: { ...pod.metadata, uid: '0a1b2c3d-0000-4000-8000-000000000001' } };
      expect(await look({ remains: gone(before), force: 'when_proved', wait: 0 })).toMatchObject({
        changes: [],
        refusals: [{ why: expect.stringMatching(/no host told/) }],
      });
    });
  },
);
