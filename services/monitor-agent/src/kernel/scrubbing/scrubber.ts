import { hash } from 'node:crypto';
import { WorkerPool, WorkersBusy, WorkersClosed, workerFile } from '@tidegate/runtime/worker-pool';
import type { ScrubTask, WorkedBatch, WorkedText } from './scrub.worker.ts';
import { MAX_READ_CHARS, type ScrubbedText, unparsable } from './scrub-text.rules.ts';
import { ThreadShare } from './thread-share.ts';

/*
 * Scrubs texts in a thread beside the event loop: PostgreSQL's scanner takes a millisecond for an ordinary text and
 * more than a minute for the worst of 100,000 characters.
 *
 * Texts travel in batches. One that takes too long costs the thread its life; then its texts go one by one, so that
 * only the guilty one is `<unparsable>`, and after a few of those the rest of the same request waits for the next. Who
 * asks has one batch in the queue at a time, so that a server with thousands of new texts delays no other for long.
 * Each server has a share of the thread (`forServer`): one whose texts always take long waits, and no other.
 *
 * Sessions show the same texts again and again: what was made of them is remembered under a hash, never under the text.
 */
export interface ScrubLimits {
  taskMs: number;
  maxWaiting: number;
  remembered: number;
}

const LIMITS: ScrubLimits = { taskMs: 5_000, maxWaiting: 200, remembered: 2_000 };
/** What the scanner answers is short-lived garbage: without a limit its thread keeps 150 MB of it. */
const MEMORY = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 96 };
/** Longer than a snapshot takes to come again: only where texts hardly change is the thread's memory given back. */
const IDLE_MS = 15_000;
const BATCH_TEXTS = 50;
const BATCH_CHARS = 64_000;
const MAX_GUILTY = 2;

type Scrubbed = WorkedText | undefined;
type How = Omit<ScrubTask, 'texts'>;
export type ServerScrubber = Pick<Scrubber, 'scrub' | 'scrubLive' | 'fingerprints'>;

interface Request {
  guilty: number;
  share: ThreadShare | undefined;
}

export class Scrubber {
  private readonly pool: WorkerPool<ScrubTask, WorkedBatch>;
  private readonly remembered = new Map<string, ScrubbedText>();
  private readonly limits: ScrubLimits;

  constructor(limits: Partial<ScrubLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
    const { taskMs, maxWaiting } = this.limits;
    const file = workerFile('scrub.worker', import.meta.url);
    this.pool = new WorkerPool(file, { size: 1, taskMs, maxWaiting, idleMs: IDLE_MS, memory: MEMORY });
  }

  /** The same for one server, within its share of the thread. */
  forServer(share = new ThreadShare()): ServerScrubber {
    return {
      scrub: (texts) => this.scrub(texts, share),
      scrubLive: (texts) => this.scrubLive(texts, share),
      fingerprints: (texts) => this.fingerprints(texts),
    };
  }

  /** With fingerprints, in the order given; undefined where there was no time for a text: ask again later. */
  scrub(texts: readonly string[], share?: ThreadShare): Promise<Scrubbed[]> {
    return this.work(texts, { as: 'typed', fingerprints: true }, share);
  }

  /** Fingerprints of texts that were scrubbed before. */
  async fingerprints(texts: readonly string[]): Promise<(string | undefined)[]> {
    const worked = await this.work(texts, { as: 'scrubbed', fingerprints: true });
    return worked.map((one) => {
      if (!one) throw new Error('There was no time for all texts.');
      return one.fingerprint;
    });
  }

  /** For texts that come again every few seconds. */
  async scrubLive(texts: readonly string[], share?: ThreadShare): Promise<ScrubbedText[]> {
    const keys = texts.map((text) => hash('sha256', text, 'base64'));
    const made = new Map(keys.map((key) => [key, this.remembered.get(key)]));
    const fresh = new Map(keys.map((key, index) => [key, texts[index] as string]));
    for (const [key, known] of made) if (known) fresh.delete(key);
    const worked = await this.work([...fresh.values()], { as: 'typed', fingerprints: false }, share);
    for (const [index, key] of [...fresh.keys()].entries()) made.set(key, worked[index]);
    return keys.map((key, index) => {
      const one = made.get(key);
      if (one) this.remember(key, one);
      return one ?? unparsable(texts[index] as string);
    });
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** What was used last goes last. */
  private remember(key: string, { text, truncated }: ScrubbedText): void {
    this.remembered.delete(key);
    this.remembered.set(key, { text, truncated });
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > this.limits.remembered && oldest !== undefined) this.remembered.delete(oldest);
  }

  private async work(texts: readonly string[], how: How, share?: ThreadShare): Promise<Scrubbed[]> {
    const done: Scrubbed[] = [];
    const request = { guilty: 0, share };
    for (const batch of batchesOf(texts)) done.push(...(await this.workBatch(batch, how, request)));
    return done;
  }

  private async workBatch(batch: readonly string[], how: How, request: Request): Promise<Scrubbed[]> {
    const [first = ''] = batch;
    if (request.guilty >= MAX_GUILTY || request.share?.isUsedUp) return batch.map(() => undefined);
    try {
      const { texts, ms } = await this.pool.run({ texts: batch, ...how });
      request.share?.use(ms);
      return texts;
    } catch (error) {
      if (error instanceof WorkersClosed) throw error;
      if (error instanceof WorkersBusy) return batch.map(() => undefined);
      request.share?.use(this.limits.taskMs);
      if (batch.length > 1) {
        const alone: Scrubbed[] = [];
        for (const text of batch) alone.push(...(await this.workBatch([text], how, request)));
        return alone;
      }
      request.guilty += 1;
      return [{ ...unparsable(first), fingerprint: undefined }];
    }
  }
}

function batchesOf(texts: readonly string[]): string[][] {
  const batches: string[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const size = Math.min(text.length, MAX_READ_CHARS);
    const last = batches.at(-1);
    if (!last || last.length >= BATCH_TEXTS || chars + size > BATCH_CHARS) {
      batches.push([text]);
      chars = size;
    } else {
      last.push(text);
      chars += size;
    }
  }
  return batches;
}
