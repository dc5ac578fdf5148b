import { setTimeout } from 'node:timers/promises';
import { type ConsumerMessages, DeliverPolicy, jetstream, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { USAGE_STREAM, type UsageEvent } from '@tidegate/contracts/usage/event';
import { NATS } from '@tidegate/runtime/host';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { isBadData } from './bad-data.ts';
import { type Batch, Batches } from './batches.ts';
import { KeepPosition } from './checkpoint.ts';
import { Progress } from './progress.rules.ts';
import type { RejectedEvent } from './rejected-event.rows.ts';
import { UsageWriter } from './usage-writer.ts';

const BATCH_EVENTS = 2_000;
/** Batches written at once: while PostgreSQL flushes one to disk it counts the others. */
const WRITERS = 3;
const BUFFER_MESSAGES = 10_000;
const MAX_RETRY_MS = 3_000;
const SAVE_MS = 1_000;
/** How soon a stream that was made anew is noticed. */
const LOOK_MS = 5_000;
/** How often a replica that stands by asks for the position. */
const STAND_BY_MS = 2_000;

/*
 * Usage from the stream into the balances, each event once. One replica counts at a time; the others stand by.
 *
 *   standing by ──nobody holds the position──► reading from the position on
 *   reading: buffered → collected (what is there by now, up to 2,000 events) → written in one transaction
 *     · messages are not acknowledged, which would cost as much as counting them. Every second, and at the end, the
 *       position moves to the last message before the first batch that is not committed yet
 *     · killed at any point: the next holder reads again from the position; what was counted is found to be a duplicate
 *     · Postgres away: the batch is tried again, with growing pauses; meanwhile the buffer is full and nothing is fetched
 *     · Postgres refuses the data itself: the batch is halved until the event that it refuses stands alone; that one
 *       is kept as rejected, the others are counted
 *     · paused so long that another replica took over: both count for a moment, which counts nothing twice
 */
@Injectable()
export class IngestUsageStream {
  private readonly counted;
  private readonly batchSeconds;
  private progress: Progress | undefined;

  constructor(
    private readonly writer: UsageWriter,
    private readonly position: KeepPosition,
    private readonly log: Log,
    @Inject(NATS) private readonly nc: NatsConnection,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('tidegate_usage_events_total', 'Usage events by what became of them', ['outcome']);
    this.batchSeconds = metrics.histogram('tidegate_usage_batch_seconds', 'Time to write a batch of usage events');
    metrics.watched('tidegate_usage_pending_messages', 'Messages of usage that are not counted yet', {}, async () => {
      if (!this.progress) return undefined;
      return Math.max(0, (await this.stream()).state.last_seq - this.progress.position.sequence);
    });
  }

  @Loop({ name: 'ingest-usage', everyMs: STAND_BY_MS })
  async turn({ signal }: Turn): Promise<void> {
    const stream = await this.stream();
    const held = await this.position.take();
    if (held === undefined) return;
    const progress = new Progress(held);
    this.progress = progress;
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const messages = await this.read(held.sequence + 1);
    either.addEventListener('abort', () => messages.stop(), { once: true });
    if (either.aborted) messages.stop();
    const saving = this.keepSaving(stream, progress, ended);
    try {
      const size = { events: BATCH_EVENTS, writers: WRITERS };
      await new Batches(size, (batch) => this.write(batch, progress.begin(batch.last), either)).run(messages);
    } finally {
      this.progress = undefined;
      ended.abort();
      await Promise.all([messages.close(), saving]);
      await this.position.release(progress.position);
    }
  }

  private async stream(): Promise<StreamInfo> {
    return (await jetstreamManager(this.nc, { checkAPI: false })).streams.info(USAGE_STREAM);
  }

  private async read(from: number): Promise<ConsumerMessages> {
    const consumer = await jetstream(this.nc, { checkAPI: false }).consumers.get(USAGE_STREAM, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
    });
    return consumer.consume({ max_messages: BUFFER_MESSAGES, expires: 10_000 });
  }

  /** Until the turn ends. Ends it when another replica has taken over, or the stream was made anew. */
  private async keepSaving(stream: StreamInfo, progress: Progress, ended: AbortController): Promise<void> {
    let lookAt = Date.now() + LOOK_MS;
    for (await pause(SAVE_MS, ended.signal); !ended.signal.aborted; await pause(SAVE_MS, ended.signal)) {
      try {
        if (!(await this.position.save(progress.position))) ended.abort();
        if (Date.now() < lookAt) continue;
        const { created, state } = await this.stream();
        lookAt = Date.now() + LOOK_MS;
        // Also said of the same stream after an update; then reading goes on at the position.
        if (created !== stream.created || state.last_seq < progress.position.sequence) ended.abort();
      } catch (error) {
        this.log.warn({ error }, 'The position in the stream of usage could not be saved; trying again');
      }
    }
  }

  /** Tries until it is written, or until the turn ends: then it is read again from the position. */
  private async write({ events, rejected }: Batch, committed: () => void, signal: AbortSignal): Promise<void> {
    const end = this.batchSeconds.startTimer();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.count(events);
        if (rejected.length > 0) await this.keep(rejected);
        committed();
        end();
        return;
      } catch (error) {
        if (attempt % 20 === 1) this.log.warn({ error, attempt }, 'Usage could not be written; trying again');
        if (!signal.aborted) await pause(Math.min(50 * 2 ** attempt, MAX_RETRY_MS), signal);
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
        'Postgres refuses a usage event; it is kept aside',
      );
      const message = `Postgres refuses it: ${(error as Error).message}`;
      await this.keep([{ org: event?.org ?? '', code: 'malformed', message, payload: JSON.stringify(event) }]);
    }
  }

  private async keep(rejected: readonly RejectedEvent[]): Promise<void> {
    await this.writer.keepRejected(rejected);
    this.counted.inc({ outcome: 'malformed' }, rejected.length);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
