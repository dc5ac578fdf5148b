import { inflateRawSync } from 'node:zlib';
import { threadTask } from '../threads/thread-task.ts';
import { chunkStart } from './chunk-codec.ts';
import { type CandleFile, readCandleFile } from './csv/read-candle-file.ts';
import type { FileRequest } from './csv/row-reader.ts';

/** Candles as they were sent: a short text, or a file in parts, each deflated as it is stored. */
export interface CandleText {
  text?: string;
  parts?: readonly Uint8Array[];
  request: FileRequest;
  /** In shared memory: how many rows have been read. */
  progress?: Int32Array;
}

/** In how many chunks the candles of an import may lie: candles far apart cost as much as a whole chunk each. */
const MAX_CHUNKS = { text: 200, file: 1_000 };

export const readCandles = threadTask('read-candles', async (given: CandleText): Promise<CandleFile> => {
  const { text, parts, request, progress } = given;
  const pieces = text === undefined ? inflated(parts ?? []) : [Buffer.from(text)];
  const file = await readCandleFile(pieces, request, (rows) => {
    if (progress) progress[0] = rows;
  });
  const most = text === undefined ? MAX_CHUNKS.file : MAX_CHUNKS.text;
  const chunks = new Set(Array.from(file.candles?.at ?? [], (at) => chunkStart(at, request.intervalMs))).size;
  if (chunks <= most) return file;
  const message = `These candles lie too far apart (in ${chunks} stretches of 4,096 intervals, at most ${most}). Send them in several parts, or use a longer interval.`;
  return { ...file, candles: undefined, faults: [{ code: 'too_scattered', message }] };
});

function* inflated(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts) yield inflateRawSync(part);
}
