import { isUtf8 } from 'node:buffer';

/** A byte of a host that is no UTF-8, as it stands in our strings: a lone low surrogate U+DC80 to U+DCFF (PEP 383). */
const LONE_BYTE = /[\udc80-\udcff]/u;

/** Text of bytes that came from a host: UTF-8, and a byte that is none becomes U+DC00 + byte, so that nothing is lost. */
export function decodeBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  let start = 0;
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer, at);
    if (length === 0) {
      text += buffer.toString('utf8', start, at) + String.fromCharCode(0xdc00 + (buffer[at] ?? 0));
      start = at + 1;
    }
    at += Math.max(1, length);
  }
  return text + buffer.toString('utf8', start);
}

/** The bytes of text for a host: the exact inverse of decodeBytes. */
export function encodeText(text: string): Buffer {
  if (!LONE_BYTE.test(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const piece of text.split(/([\udc80-\udcff])/u)) {
    parts.push(LONE_BYTE.test(piece) ? Buffer.from([piece.charCodeAt(0) - 0xdc00]) : Buffer.from(piece, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** Length of the valid UTF-8 sequence that starts there, 0 if there is none. */
function sequenceLength(buffer: Buffer, at: number): number {
  const lead = buffer[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  return length > 0 && at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}
