import type { ExitCode } from '../../core/exit-codes.ts';
import type { WhyAnswer } from './why-answer.ts';

/** True if the daemon did not answer, so that all that is known of containers is what it last wrote to disk. */
export function isFromDisk({ findings }: Pick<WhyAnswer, 'findings'>): boolean {
  return findings.some(({ kind }) => kind === 'daemon');
}

/** 3 if something is there to release; 9 if nothing was seen, and the daemon was silent or not everything could be looked at. */
export function whyExitCode(answer: Pick<WhyAnswer, 'leaks' | 'findings' | 'gaps'>): ExitCode {
  const { leaks, findings, gaps } = answer;
  if (leaks.length > 0 || findings.some(({ kind }) => kind !== 'daemon')) return 3;
  return isFromDisk(answer) || gaps.length > 0 ? 9 : 0;
}
