import type { Capture } from './capture.ts';
import { parseRecords } from './records.ts';
import type { Call, Outcome } from './session.ts';

/** What a program may print, in bytes: records beyond it are lost, raw output and stderr are cut. */
export const OUTPUT_LIMITS = { records: 64 * 1024 * 1024, raw: 1024 * 1024, stderr: 64 * 1024 } as const;

/** A shell gives 128 + N for a child that signal N ended (XCU 2.8.2); Linux has 64 signals. */
const SIGNAL_BASE = 128;
const LAST_SIGNAL = 64;

/** The outcome of a call whose frames are closed; `status` is what the remote shell saw. */
export function outcomeOf(call: Call, status: number, stdout: Capture, stderr: Capture): Outcome {
  const said = stderrText(stderr);
  if (call.output === 'raw') {
    const cut = stdout.cut ? { cut: true as const } : {};
    return { kind: 'exited', code: status, records: [], stdout: stdout.text(), stderr: said, ...cut };
  }
  if (status > SIGNAL_BASE && status <= SIGNAL_BASE + LAST_SIGNAL) {
    return { kind: 'killed', signal: status - SIGNAL_BASE, stderr: said };
  }
  const name = call.program.name;
  if (stdout.cut) return { kind: 'lost', reason: `${name} printed more than ${OUTPUT_LIMITS.records} bytes` };
  const parsed = parseRecords(stdout.bytes());
  if (status === 0 && !parsed.whole) {
    return { kind: 'lost', reason: `the answer of ${name} is not whole: ${parsed.problem ?? 'unreadable'}` };
  }
  return { kind: 'exited', code: status, records: parsed.records, stdout: '', stderr: said };
}

/** What was written to stderr, with a remark if it was cut. */
export function stderrText(stderr: Capture): string {
  return stderr.cut ? `${stderr.text()}\n[cut after ${OUTPUT_LIMITS.stderr} bytes]` : stderr.text();
}
