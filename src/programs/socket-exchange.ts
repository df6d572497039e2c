import type { Duplex } from 'node:stream';

/** What came back over a stream: all of it, cut at the limit, or nothing whole in time. */
export type Exchanged =
  | { readonly kind: 'ended'; readonly bytes: Buffer; readonly cut: boolean; readonly ms: number }
  | { readonly kind: 'late'; readonly afterMs: number };

/** Sends a request and reads until the other side ends, `mostBytes` are there, or the time is over; the stream is then dropped. */
export function exchange(
  stream: Duplex,
  request: string,
  limits: { readonly deadlineMs: number; readonly mostBytes: number },
): Promise<Exchanged> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (result: Exchanged) => {
      clearTimeout(timer);
      stream.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => settle({ kind: 'late', afterMs: limits.deadlineMs }), limits.deadlineMs);
    const end = (cut: boolean) =>
      settle({
        kind: 'ended',
        bytes: Buffer.concat(chunks).subarray(0, limits.mostBytes),
        cut,
        ms: performance.now() - begun,
      });
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limits.mostBytes) end(true);
    });
    stream.once('end', () => end(false));
    stream.once('close', () => end(false));
    stream.on('error', () => end(false));
    stream.write(request);
  });
}
