import { describe, expect, it } from 'vitest';
import { bindWords, parseBind } from '../../../../src/modules/docker-container/binds.ts';

describe('a bind', () => {
  it.each([
    ['/:/rootfs:ro,rslave', { source: '/', target: '/rootfs', readOnly: true, propagation: 'rslave' }],
    ['/var/run/:/var/run/', { source: '/var/run', target: '/var/run', readOnly: false, propagation: '' }],
    ['data:/data:rw,nocopy', { source: 'data', target: '/data', readOnly: false, others: ['nocopy'] }],
  ])('%s is read', (text, parts) => {
    expect(parseBind(text)).toMatchObject(parts);
  });

  it.each(['/a', '/a:b', 'a/b:/c', '/a:/b:ro,rw', '/a:/b:rslave,shared', '/a:/b:wo', '/a:/b:ro:ro', ':/b'])(
    '%s is none',
    (text) => {
      expect(parseBind(text)).toBeUndefined();
    },
  );

  it('is the same in other words, and another one with another propagation', () => {
    expect(bindWords('/a/:/b:rslave,ro')).toEqual(bindWords('/a:/b/:ro,rslave'));
    expect(bindWords('/a:/b')).toEqual(bindWords('/a:/b:rw'));
    expect(bindWords('/a:/b:ro')).not.toEqual(bindWords('/a:/b:ro,rslave'));
  });
});
