import type { Keys } from '../kernel/keys.ts';
import { segmentStart } from '../kernel/lsn.rules.ts';
import type { Store } from '../store/store.ts';
import { WalStream, type WalStreamOptions } from './stream-wal.ts';
import { storePiece, type WalPiece } from './wal-archive.ts';

export interface ArchiveOptions extends Omit<WalStreamOptions, 'from'> {
  store: Store;
  keys: Keys;
  chain: string;
  segmentBytes: bigint;
  /** What the chain has of the segment to begin with, and where that ends. */
  pieces: readonly WalPiece[];
  archived: bigint;
  /** How often what was written is stored. */
  everyMs: number;
  /** After each storing, and when there was nothing to store. */
  onProgress(progress: Progress): void;
}

export interface Progress {
  archived: bigint;
  /** At this instant nothing was missing. */
  completeAt: number;
}

/** Segments in memory before the server is told to wait. */
const MOST_SEGMENTS = 2n;

/**
 * Stores the WAL of a server while it is written: every so often what has come of the present segment as a piece, and
 * each segment, once it is whole, as one file in the place of its pieces. An idle server costs nothing, because nothing
 * is stored and no segment is closed before its time (`archive_timeout` would write 16 MB a minute).
 *
 * It begins at the start of a segment, so a new process needs nothing that an earlier one had in memory.
 */
export class WalArchiver {
  private readonly options: ArchiveOptions;
  private readonly stream: WalStream;
  private readonly abort = new AbortController();
  private segment: Buffer[] = [];
  /** Where `segment` begins and where what is in memory ends. */
  private start: bigint;
  private end: bigint;
  private archived: bigint;
  private pieces: WalPiece[];
  /** When the server had nothing newer than `end`. */
  private idleAt = 0;
  private storing: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor(options: ArchiveOptions) {
    this.options = options;
    this.start = segmentStart(options.archived, options.segmentBytes);
    this.end = this.start;
    this.archived = options.archived;
    this.pieces = [...options.pieces];
    const signal = AbortSignal.any([options.signal, this.abort.signal]);
    this.stream = new WalStream(
      { login: options.login, slot: options.slot, timeline: options.timeline, signal, from: this.start },
      {
        data: (start, content) => this.take(start, content),
        idle: (_end, at) => (this.idleAt = at),
        asked: () => this.store(),
      },
    );
  }

  /** Until the signal, after which what has come is stored, or an error. */
  async run(): Promise<void> {
    const timer = setInterval(() => this.store(), this.options.everyMs);
    try {
      await this.stream.run();
    } finally {
      clearInterval(timer);
      await this.storing;
    }
    if (this.failure) throw this.failure;
    await this.storeNow();
  }

  private take(start: bigint, content: Buffer): void {
    if (start !== this.end) throw new Error(`PostgreSQL sent WAL from ${start} where ${this.end} was next.`);
    this.segment.push(content);
    this.end += BigInt(content.length);
    const { segmentBytes } = this.options;
    if (this.end - this.start < segmentBytes) return;
    if (this.end - this.start >= MOST_SEGMENTS * segmentBytes) this.stream.hold(true);
    this.store();
  }

  private store(): void {
    this.storing ??= this.storeNow()
      .catch((error: Error) => {
        // The connection goes with it: whoever runs this begins again where the store has come to.
        this.failure = error;
        this.abort.abort();
      })
      .finally(() => {
        this.storing = undefined;
        this.stream.hold(false);
        if (!this.failure && this.end - this.start >= this.options.segmentBytes) this.store();
      });
  }

  private async storeNow(): Promise<void> {
    const { store, chain, keys, segmentBytes, onProgress } = this.options;
    const at = Date.now();
    // Asked before anything is read: what comes meanwhile is newer than `idleAt`.
    const [end, idleAt] = [this.end, this.idleAt];
    while (end - this.start >= segmentBytes) await this.storeSegment(at);
    if (end > this.archived) {
      const piece = this.bytes(this.archived, end);
      this.pieces.push(await storePiece(store, { chain, keys }, { start: this.archived, content: piece, at }));
      this.archived = end;
    }
    // The server keeps whole segments, so it still has the beginning of this one.
    this.stream.stored = this.archived;
    if (idleAt > 0) onProgress({ archived: this.archived, completeAt: idleAt });
    this.stream.say();
  }

  private async storeSegment(at: number): Promise<void> {
    const { store, chain, keys, segmentBytes } = this.options;
    const end = this.start + segmentBytes;
    const whole = await storePiece(
      store,
      { chain, keys },
      { start: this.start, content: this.bytes(this.start, end), at },
    );
    const rest = this.bytes(end, this.end);
    this.segment = rest.length > 0 ? [rest] : [];
    this.start = end;
    if (this.archived < end) this.archived = end;
    for (const piece of this.pieces) if (piece.key !== whole.key && piece.end <= end) await store.remove(piece.key);
    this.pieces = this.pieces.filter((piece) => piece.end > end);
  }

  private bytes(from: bigint, to: bigint): Buffer {
    const all = this.segment.length === 1 ? (this.segment[0] as Buffer) : Buffer.concat(this.segment);
    this.segment = [all];
    return all.subarray(Number(from - this.start), Number(to - this.start));
  }
}
