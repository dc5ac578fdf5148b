import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Unreadable } from './row-reader.ts';

/* The bytes of a file as they arrive: decompressed if necessary, counted, one piece at a time. */

/** Examined before the first row is read, to find the separator. */
const HEAD_BYTES = 65_536;
export async function headOf(pieces: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let size = 0; size < HEAD_BYTES; ) {
    const next = await pieces.next();
    if (next.done) break;
    parts.push(next.value);
    size += next.value.length;
  }
  return Buffer.concat(parts);
}

export async function* bounded(pieces: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > most) throw new Unreadable(`The file is more than ${most >> 20} MiB of text. Send it in several parts.`);
    yield piece;
  }
}

/** gzip begins with these two bytes, and no text does. */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  found: { compressed: boolean },
): AsyncGenerator<Uint8Array, void> {
  const pieces = (async function* () {
    yield* bytes;
  })();
  let first = Buffer.alloc(0);
  while (first.length < 2) {
    const next = await pieces.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  const all = async function* () {
    yield first;
    yield* pieces;
  };
  found.compressed = first[0] === 0x1f && first[1] === 0x8b;
  if (!found.compressed) {
    yield* all();
    return;
  }
  const gunzip = createGunzip();
  const packed = pipeline(all, gunzip);
  // The error reaches the reader of `gunzip`.
  packed.catch(() => undefined);
  yield* gunzip as AsyncIterable<Buffer>;
  await packed;
}
