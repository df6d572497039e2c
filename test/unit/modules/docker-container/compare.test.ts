import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { compare } from '../../../../src/modules/docker-container/compare.ts';
import { lookAt, paramsOf, type Twist } from './container-bed.ts';

function differing(twist: Twist, given: JsonObject = {}): readonly string[] {
  const { main, image, ownImage } = lookAt(twist);
  return compare(main, paramsOf(given), image, ownImage).keys;
}

describe('a container is compared with what is wanted', () => {
  it.each<[string, Twist, JsonObject]>([
    ['nothing said', {}, {}],
    ['the command of the image, said again', {}, { args: ['serve'] }],
    ['host network', { host: { NetworkMode: 'host' } }, { network: 'host' }],
    ['no policy, as old versions write it', { host: { RestartPolicy: { Name: '' } } }, { restart: 'no' }],
    [
      'on-failure',
      { host: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } } },
      { restart: 'on-failure:3' },
    ],
    ['capabilities, as new versions write them', { host: { CapAdd: ['CAP_SYS_ADMIN'] } }, { cap_add: ['SYS_ADMIN'] }],
    [
      'binds in another order',
      { host: { Binds: ['/b:/b', '/a/:/a:rslave,ro'] } },
      { binds: ['/a:/a:ro,rslave', '/b:/b:rw'] },
    ],
    [
      'a bind by --mount',
      {
        host: {
          Mounts: [{ Type: 'bind', Source: '/', Target: '/r', ReadOnly: true, BindOptions: { Propagation: 'rslave' } }],
        },
      },
      { binds: ['/:/r:ro,rslave'] },
    ],
    ['environment and labels of the image', { config: { Env: ['PATH=/bin', 'A=1=2'] } }, { env: { A: '1=2' } }],
  ])('%s: as wanted', (_what, twist, given) => {
    expect(differing(twist, given)).toEqual([]);
  });

  it.each<[string, Twist, JsonObject, readonly string[]]>([
    ['arguments', {}, { args: ['serve', ''] }, ['args']],
    ['arguments that nobody wants', { config: { Cmd: ['sh'] } }, {}, ['args']],
    ['propagation', { host: { Binds: ['/:/r:ro'] } }, { binds: ['/:/r:ro,rslave'] }, ['bind /r']],
    ['a bind too many', { host: { Binds: ['/:/r'] } }, {}, ['bind /r']],
    ['privilege', { host: { Privileged: true } }, {}, ['privileged']],
    ['a capability', { host: { CapDrop: ['ALL'] } }, { cap_add: ['ALL'] }, ['cap_add ALL', 'cap_drop ALL']],
    ['environment', { config: { Env: ['PATH=/bin', 'A=1'] } }, { env: { B: '1' } }, ['env A', 'env B']],
    ['a label', { config: { Labels: { made: 'by us', mine: '1' } } }, {}, ['label mine']],
    ['the image', {}, { image: 'monitor:2' }, ['image']],
  ])('%s: differs', (_what, twist, given, keys) => {
    expect(differing(twist, given)).toEqual(keys);
  });

  it('shows no value of the environment unless that is asked for', () => {
    const { main, image, ownImage } = lookAt({ config: { Env: ['A=old-secret', 'SAME=kept-secret'] } });
    const env = { A: 'new-secret', SAME: 'kept-secret' };
    const hidden = compare(main, paramsOf({ env }), image, ownImage);
    expect(hidden.diff).not.toContain('secret');
    expect(hidden.diff).toContain('-env A: (another value, not shown)\n+env A: (not shown)\n env SAME: (not shown)');
    expect(compare(main, paramsOf({ env, show_env: true }), image, ownImage).diff).toContain('+env A: new-secret');
  });
});
