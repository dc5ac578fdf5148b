import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { UsageStream } from '../kernel/usage-stream.ts';
import { type Batch, Batches } from './batches.ts';
import { IngestCheckpoint } from './checkpoint.ts';
import { Progress } from './progress.rules.ts';
import type { RejectedEvent } from './rejected-event.rows.ts';
import { isBadData, UsageWriter } from './usage-writer.ts';

const BATCH_EVENTS = 2_000;
/** Batches written at once: while PostgreSQL flushes one to disk, it counts the others. */
const LANES = 4;
const MAX_RETRY_MS = 3_000;
const SAVE_MS = 1_000;
/** How soon a recreated stream is noticed. */
const CHECK_STREAM_MS = 5_000;
/** How often a standby asks for the lease on the checkpoint. */
const STAND_BY_MS = 2_000;

/*
 * Counts usage from the stream into the balances, each event once. One replica counts at a time; the others stand by.
 *
 *   standby ──the lease on the checkpoint is free──► reading from the checkpoint
 *   reading: buffered → batched by lanes of organisations (what has arrived, up to 2,000 events) → written, each batch in
 *   one transaction, one of each lane at a time
 *     · messages are not acknowledged, which would cost as much as counting them. Every second, and at the end, the
 *       checkpoint advances to the last message before the first batch that is not committed yet
 *     · killed at any point: the next holder reads from the checkpoint, and what was counted proves a duplicate
 *     · Postgres unavailable: the batch is retried with back-off; meanwhile the buffer fills and nothing is fetched
 *     · Postgres refuses the data itself: the batch is halved until the refused event stands alone; that one is stored as
 *       rejected, the others are counted
 *     · paused so long that another replica took over: both count for a moment, and nothing counts twice
 */
@Injectable()
export class IngestUsageStream {
  private readonly counted;
  private readonly batchSeconds;
  private progress: Progress | undefined;

  constructor(
    private readonly writer: UsageWriter,
    private readonly checkpoint: IngestCheckpoint,
    private readonly log: Log,
    private readonly stream: UsageStream,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('tidegate_usage_events_total', 'Usage events by outcome', ['outcome']);
    this.batchSeconds = metrics.histogram('tidegate_usage_batch_seconds', 'Time to write a batch of usage events');
    metrics.watched('tidegate_usage_pending_messages', 'Usage messages that are not counted yet', {}, async () => {
      if (!this.progress) return undefined;
      return Math.max(0, (await this.stream.state()).last - this.progress.checkpoint.sequence);
    });
  }

  @Loop({ name: 'ingest-usage', everyMs: STAND_BY_MS })
  async turn({ signal }: Turn): Promise<void> {
    const { created } = await this.stream.state();
    const start = await this.checkpoint.acquire();
    if (start === undefined) return;
    const progress = new Progress(start);
    this.progress = progress;
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const messages = await this.stream.read(start.sequence + 1);
    either.addEventListener('abort', () => messages.stop(), { once: true });
    if (either.aborted) messages.stop();
    const saving = this.saveRegularly(created, progress, ended);
    try {
      const options = { events: BATCH_EVENTS, lanes: LANES, progress };
      await new Batches(options, (batch) => this.write(batch, either)).run(messages);
    } finally {
      this.progress = undefined;
      ended.abort();
      await Promise.all([messages.close(), saving]);
      await this.checkpoint.release(progress.checkpoint);
    }
  }

  /** Saves until the turn ends. Ends it when another replica took over, or the stream was recreated. */
  private async saveRegularly(created: string, progress: Progress, ended: AbortController): Promise<void> {
    let checkAt = performance.now() + CHECK_STREAM_MS;
    for (await pause(SAVE_MS, ended.signal); !ended.signal.aborted; await pause(SAVE_MS, ended.signal)) {
      try {
        if (!(await this.checkpoint.save(progress.checkpoint))) ended.abort();
        if (performance.now() < checkAt) continue;
        const now = await this.stream.state();
        checkAt = performance.now() + CHECK_STREAM_MS;
        // `created` also changes when the stream is updated; then reading continues from the checkpoint.
        if (now.created !== created || now.last < progress.checkpoint.sequence) ended.abort();
      } catch (error) {
        this.log.warn({ error }, 'The usage checkpoint could not be saved; retrying');
      }
    }
  }

  /** Retries until the batch is written or the turn ends; in that case it is read again from the checkpoint. */
  private async write({ events, rejected, committed }: Batch, signal: AbortSignal): Promise<void> {
    const end = this.batchSeconds.startTimer();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.count(events);
        if (rejected.length > 0) await this.storeRejected(rejected);
        committed();
        end();
        return;
      } catch (error) {
        if (attempt % 20 === 1) this.log.warn({ error, attempt }, 'Usage could not be written; retrying');
        if (!signal.aborted) await pause(backOff(50, MAX_RETRY_MS, attempt), signal);
        if (signal.aborted) return;
      }
    }
  }

  private async count(events: readonly UsageEvent[]): Promise<void> {
    if (events.length === 0) return;
    try {
      const { accepted, duplicates, rejected } = await this.writer.writeBatch(events);
      this.counted.inc({ outcome: 'counted' }, accepted);
      if (duplicates > 0) this.counted.inc({ outcome: 'duplicate' }, duplicates);
      for (const { code } of rejected.values()) this.counted.inc({ outcome: code });
    } catch (error) {
      if (!isBadData(error)) throw error;
      if (events.length > 1) {
        const middle = events.length >> 1;
        await this.count(events.slice(0, middle));
        await this.count(events.slice(middle));
        return;
      }
      const [event] = events;
      this.log.warn(
        { error, org: event?.org, meter: event?.meter },
        'Postgres refuses a usage event; it is stored as rejected',
      );
      const message = `Postgres refuses it: ${(error as Error).message}`;
      await this.storeRejected([{ org: event?.org ?? '', code: 'malformed', message, payload: JSON.stringify(event) }]);
    }
  }

  private async storeRejected(rejected: readonly RejectedEvent[]): Promise<void> {
    await this.writer.storeRejected(rejected);
    this.counted.inc({ outcome: 'malformed' }, rejected.length);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
