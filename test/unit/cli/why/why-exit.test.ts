import { describe, expect, it } from 'vitest';
import { whyExitCode } from '../../../../src/cli/why/why-exit.ts';
import type { Finding } from '../../../../src/core/findings.ts';
import { silenceFindings } from '../../../../src/modules/dead-containers/findings.ts';
import type { LeakedMount } from '../../../../src/mounts/leak.ts';

const silent = silenceFindings('docker ps was not answered in 10 s');
const held: Finding = { id: 'f', kind: 'dead-container', title: 't', cause: 'c', remedy: 'r' };
const leak = {} as LeakedMount;
const gap = { what: 'process 7', why: 'denied' };
const nothing = { leaks: [], findings: [], gaps: [] };

describe('the exit code of why', () => {
  it.each([
    ['nothing', nothing, 0],
    ['a gap', { ...nothing, gaps: [gap] }, 9],
    ['a daemon that did not answer', { ...nothing, findings: silent }, 9],
    ['a finding', { ...nothing, findings: [held] }, 3],
    ['a finding beside a silent daemon', { ...nothing, findings: [...silent, held] }, 3],
    ['a mount that was seen, whatever the daemon says', { ...nothing, findings: silent, leaks: [leak] }, 3],
  ])('with %s', (_what, answer, code) => {
    expect(silent).toHaveLength(1);
    expect(whyExitCode(answer)).toBe(code);
  });
});
