import { setMaxListeners } from 'node:events';
import { expect, it } from 'vitest';
import { AdmissionGate, AdmissionGates, type Leave } from '../../../src/connection/admission.ts';

const open = new AbortController().signal;
setMaxListeners(0, open);

/** How many of many are let in at once. */
async function admitted(gate: AdmissionGate, count: number): Promise<Leave[]> {
  const leaves: Leave[] = [];
  for (let i = 0; i < count; i++) void gate.enter(open).then((leave) => leaves.push(leave));
  await new Promise((resolve) => setImmediate(resolve));
  return leaves;
}

it('lets eight in, and two more for each that works, until a server sheds', async () => {
  const leaves = await admitted(new AdmissionGate(), 20);
  expect(leaves).toHaveLength(8);
  leaves[0]?.(false);
  leaves[0]?.(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(leaves).toHaveLength(10);
});

it('holds no more than sixty-four at once, however many work', async () => {
  const gate = new AdmissionGate();
  for (let i = 0; i < 100; i++) (await gate.enter(open))(false);
  expect(await admitted(gate, 200)).toHaveLength(64);
});

it('halves at each shed handshake, never below one, and grows again', async () => {
  const gate = new AdmissionGate();
  for (const leave of await admitted(gate, 8)) leave(true);
  const afterShed = await admitted(gate, 20);
  expect(afterShed).toHaveLength(1);
  for (let i = 0; i < afterShed.length; i++) {
    afterShed[i]?.(false);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(afterShed).toHaveLength(20);
  expect(await admitted(gate, 20)).toHaveLength(6);
});

it('gives up the place in the queue of one who is aborted', async () => {
  const gate = new AdmissionGate();
  const leaves = await admitted(gate, 8);
  const abort = new AbortController();
  const waiting = gate.enter(abort.signal);
  const next = gate.enter(open);
  abort.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
  leaves[0]?.(false);
  await expect(next).resolves.toBeTypeOf('function');
  await expect(gate.enter(abort.signal)).rejects.toThrow('stop');
});

it('keeps one gate for each server', () => {
  const gates = new AdmissionGates();
  expect(gates.of('a:22')).toBe(gates.of('a:22'));
  expect(gates.of('a:22')).not.toBe(gates.of('a:23'));
});
