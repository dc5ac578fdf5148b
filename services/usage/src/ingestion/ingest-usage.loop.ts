import { setTimeout } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/nats-core';
import { Inject, Injectable } from '@nestjs/common';
import { USAGE_CONSUMER, USAGE_STREAM, type UsageEvent } from '@tidegate/contracts/usage/event';
import { NATS } from '@tidegate/runtime/host';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { isBadData } from './bad-data.ts';
import { MessageSource } from './message-source.ts';
import type { RejectedEvent } from './rejected-event.rows.ts';
import { readMessage } from './usage-messages.ts';
import { UsageWriter } from './usage-writer.ts';

const BATCH_EVENTS = 2_000;
/** Batches written at once. Measured on two cores: one gives 38,000 events/s, two 70,000. */
const WRITERS = 2;
const BUFFER_MESSAGES = 2_000;
/** Longer than a batch ever waits; a killed replica's messages come to the others after it. */
const ACK_WAIT_MS = 15_000;
const MAX_RETRY_MS = 3_000;

interface Batch {
  messages: JsMsg[];
  events: UsageEvent[];
  rejected: RejectedEvent[];
}

/*
 * Usage from the stream into the balances, each event once.
 *
 *   buffered → collected (what is there by now, up to 2,000 events) → written in one transaction → acknowledged
 *     · the server fills the buffer and the next batch is parsed while Postgres writes two others
 *     · killed before the commit: nothing happened, the messages come again
 *     · killed between commit and acknowledgement: they come again and are found to be duplicates
 *     · Postgres away: the batch is tried again, with growing pauses; meanwhile the buffer is full and nothing is fetched
 *     · Postgres refuses the data itself: the batch is halved until the event that it refuses stands alone; that one
 *       is kept as rejected, the others are counted
 *
 * Each message is acknowledged by itself, so any number of replicas can share the consumer. Order does not matter:
 * sums commute and identities decide.
 */
@Injectable()
export class IngestUsageStream {
  private readonly counted;
  private readonly batchSeconds;

  constructor(
    private readonly writer: UsageWriter,
    private readonly log: Log,
    @Inject(NATS) private readonly nc: NatsConnection,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('tidegate_usage_events_total', 'Usage events by what became of them', ['outcome']);
    this.batchSeconds = metrics.histogram('tidegate_usage_batch_seconds', 'Time to write a batch of usage events');
  }

  @Loop({ name: 'ingest-usage', everyMs: 250 })
  async turn({ signal }: Turn): Promise<void> {
    const source = new MessageSource(await this.consume());
    const stop = () => source.stop();
    signal.addEventListener('abort', stop, { once: true });
    const writing = new Set<Promise<void>>();
    try {
      while (!signal.aborted) {
        const batch = await collect(source);
        if (!batch) break;
        const work: Promise<void> = this.write(batch, signal).finally(() => writing.delete(work));
        writing.add(work);
        if (writing.size >= WRITERS) await Promise.race(writing);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      await source.giveBack();
      await Promise.all(writing);
    }
  }

  private async consume(): Promise<ConsumerMessages> {
    const manager = await jetstreamManager(this.nc, { checkAPI: false });
    await manager.consumers.add(USAGE_STREAM, {
      durable_name: USAGE_CONSUMER,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_deliver: -1,
      max_ack_pending: 50_000,
    });
    const consumer = await jetstream(this.nc, { checkAPI: false }).consumers.get(USAGE_STREAM, USAGE_CONSUMER);
    return consumer.consume({ max_messages: BUFFER_MESSAGES, expires: 10_000, abort_on_missing_resource: true });
  }

  /** Tries until it is written, or until the process stops: then the messages go to another replica. */
  private async write({ messages, events, rejected }: Batch, signal: AbortSignal): Promise<void> {
    const end = this.batchSeconds.startTimer();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.count(events);
        if (rejected.length > 0) await this.keep(rejected);
        for (const message of messages) message.ack();
        end();
        return;
      } catch (error) {
        if (attempt % 20 === 1) this.log.warn({ error, attempt }, 'Usage could not be written; trying again');
        if (!signal.aborted) await pause(Math.min(50 * 2 ** attempt, MAX_RETRY_MS), signal);
        if (!signal.aborted) continue;
        for (const message of messages) message.nak();
        return;
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

/** Waits for a message, then takes what else is there. Undefined when the consumer was stopped. */
async function collect(source: MessageSource): Promise<Batch | undefined> {
  const batch: Batch = { messages: [], events: [], rejected: [] };
  do {
    const message = await source.next();
    if (!message) break;
    const { events, rejected } = readMessage(message.subject, message.string());
    batch.messages.push(message);
    for (const event of events) batch.events.push(event);
    for (const one of rejected) batch.rejected.push(one);
  } while (batch.events.length < BATCH_EVENTS && (await source.hasMore()));
  return batch.messages.length > 0 ? batch : undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
