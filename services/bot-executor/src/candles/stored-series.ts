import { type CandleSeries, candleSeries, indexAt, partOf } from '../kernel/candle-series.rules.ts';
import { type Chunk, decodeChunks } from './chunk-codec.ts';

/** Of a series that a thread works on at once: more than a year of minutes. */
export const MAX_CANDLES = 600_000;

/** A range of candles as it is stored, to be sent to the thread that decodes it. */
export interface StoredSeries {
  chunks: Chunk[];
  intervalMs: number;
  /** Epoch milliseconds: candles from `from` on, before `until`. */
  from?: number | undefined;
  until?: number | undefined;
}

export function decodeSeries({ chunks, intervalMs, from, until }: StoredSeries): CandleSeries {
  // A buffer arrives in a thread as a plain Uint8Array.
  const buffers = chunks.map((chunk) => ({ ...chunk, blob: bufferOf(chunk.blob) }));
  const columns = decodeChunks(buffers, intervalMs);
  const first = from === undefined ? 0 : indexAt(columns, from);
  const end = until === undefined ? columns.at.length : indexAt(columns, until);
  return candleSeries(partOf(columns, { from: first, to: Math.max(first, end) }));
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
