import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HOOK_PLAN } from '../../../src/programs/hook-plan.ts';
import { RELEASE_MOUNT } from '../../../src/programs/release-mount.ts';
import { SCAN_MOUNTS } from '../../../src/programs/scan-mounts.ts';
import { compiledHook, sweepHook } from '../../support/compiled-hook.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the file of a hook', () => {
  it('is the same for the same playbook and variables, and another for others', () => {
    expect(sweepHook()).toBe(sweepHook());
    expect(sweepHook({ containers: ['app'] })).not.toBe(sweepHook());
  });

  it('says what it is: version, playbook, and a sha256 of what counts', () => {
    const [head = '', body = ''] = sweepHook().split(/(?<=^unbusy_sha256=[0-9a-f]{64}\n)/m);
    expect(head.split('\n')[0]).toBe('#!/bin/sh');
    expect(head).toContain('# version: 0.0.0-test\n# playbook: sweep-dead.yml, sha256 ');
    expect(head).toContain(`# sha256: ${sha256(body)},`);
    expect(head).toContain(`unbusy_sha256=${sha256(body)}\n`);
    expect(head).not.toContain(sha256(`${body} `));
  });

  it('holds the programs of a session byte for byte, each once', () => {
    const text = sweepHook();
    for (const program of [SCAN_MOUNTS, RELEASE_MOUNT, HOOK_PLAN]) {
      expect(text.split(`() {\n${program.text}\n}\n`)).toHaveLength(2);
    }
  });

  it('runs nothing before its last line was read', () => {
    const lines = sweepHook().trimEnd().split('\n');
    expect(lines.at(-1)).toBe('main "$@"');
  });

  it('keeps line ends of a playbook name out of the head', () => {
    const text = compiledHook(
      'odd\nrm -rf .yml',
      '- name: p\n  hosts: all\n  tasks:\n    - { name: t, dead_containers: {} }\n',
    );
    expect(text).toContain('# playbook: odd\\x0arm -rf .yml, sha256');
    expect(text).toContain("unbusy_name='odd-rm--rf-'\n");
    expect(text).not.toMatch(/^rm -rf/m);
  });
});
