import { type JetStreamManager, type JsMsg, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Envelope, EVENTS_STREAM } from '@tidegate/contracts/kernel/event';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { fromTraceparent, span } from '@tidegate/telemetry/trace';
import { isOutage, isRetryable, isTooSlow, reasonText } from './errors.ts';
import type { Gap, Inbox } from './inbox.ts';

/*
 * What becomes of one message. The client decides when a message is dead: the server never drops one (max_deliver -1).
 *
 *   its turn ──► handled, acknowledged
 *   fails ──► retried with growing pauses ──MAX_ATTEMPTS──► dead letter, the next ones pass
 *   outage ──► comes back until the database is there again; nothing is counted
 *   ends the process ──► from SUSPICIOUS deliveries on each process counts once that it begins ──MAX_BEGUN──► dead letter
 *   its predecessor is lost ──► the gap is reported and passed
 */
const MAX_ATTEMPTS = 12;
/** For statements that took too long, which a starved machine causes too: given up after about a quarter of an hour. */
const MAX_SLOW_ATTEMPTS = 30;
const MAX_PAUSE_MS = 10_000;
const OUTAGE_MS = 500;
const RETRY_MS = 20;
const SUSPICIOUS_DELIVERIES = 10;
const MAX_BEGUN = 8;
/** Nothing earlier was outstanding, and after so long still nothing is: the predecessor is lost. */
const SURE_MS = 500;
/** After waiting for so long while nothing of its aggregate fails: lost, whatever else is outstanding. */
const LOST_MS = 30_000;
/** A long-running handler reports progress, or the server would redeliver the event to another process. */
const WORKING_MS = 4_000;
const REMEMBERED = 10_000;

export interface Item {
  message: JsMsg;
  raw: string;
  /** Absent when it cannot be read. */
  envelope: Envelope | undefined;
}

/** Acknowledged; not its turn; or to come again after so many milliseconds. */
export type Became = 'done' | 'ahead' | number;

/** The lowest event of an aggregate whose next one is elsewhere. */
export interface Waiting {
  from: number;
  since: number;
  /** Since when nothing earlier is outstanding. */
  alone: number | undefined;
}

export class EventTurns {
  private readonly options: { service: ServiceName; consumer: string; nc: NatsConnection; inbox: Inbox; log: Log };
  /** Suspicious events that this process has started: it is alive, so they do not kill it. */
  private readonly begun = new Set<string>();
  private readonly pending;
  private readonly redeliveries;
  private readonly gaps;
  private readonly deadLetters;

  constructor(options: EventTurns['options']) {
    this.options = options;
    const metrics = new Metrics();
    const names = ['consumer'] as const;
    this.pending = metrics.gauge(
      'tidegate_consumer_pending_events',
      'Events that a consumer has not yet received',
      names,
    );
    this.redeliveries = metrics.counter(
      'tidegate_consumer_redeliveries_total',
      'Events that were delivered more than once and handled',
      names,
    );
    this.gaps = metrics.counter('tidegate_consumer_gaps_total', 'Events that never arrived and were passed', [
      'consumer',
      'kind',
    ]);
    this.deadLetters = metrics.counter('tidegate_dead_letters_total', 'Events that became dead letters', names);
    const { consumer } = options;
    // A rate needs a first value.
    for (const counter of [this.redeliveries, this.deadLetters]) counter.inc({ consumer }, 0);
    for (const kind of ['beginning', 'gap']) this.gaps.inc({ consumer, kind }, 0);
  }

  /** After each pull: how many the consumer has not yet received. */
  notePending(pending: number): void {
    this.pending.set({ consumer: this.options.consumer }, pending);
    if (this.begun.size > REMEMBERED) this.begun.clear();
  }

  async attempt(item: Item): Promise<Became> {
    const { inbox } = this.options;
    const { message, envelope } = item;
    const { deliveryCount } = message.info;
    if (!envelope) return this.die(item, 'The message is not a valid envelope.', 1);
    try {
      if (deliveryCount > SUSPICIOUS_DELIVERIES && !(await this.mayBegin(envelope))) {
        return await this.die(item, 'It was started too often without ending.', MAX_BEGUN);
      }
      const outcome = await this.traced(item, envelope, () => inbox.handle(envelope));
      if (outcome === 'ahead') return 'ahead';
      if (outcome === 'late') return await this.die(item, 'It arrived after its successors were handled.', 1);
      return await this.done(message, envelope);
    } catch (error) {
      return await this.failed(item, envelope, error);
    }
  }

  /** Handles the event without its predecessors when they can no longer arrive, which must be observed twice. */
  async passIfLost(item: Item, waiting: Waiting): Promise<Became> {
    const { nc, inbox } = this.options;
    const { message, envelope } = item;
    if (!envelope) return 'ahead';
    const manager = await jetstreamManager(nc, { checkAPI: false });
    const tooLong = performance.now() > waiting.since + LOST_MS;
    if (tooLong ? await inbox.isFailing(envelope) : !(await this.nothingEarlier(manager, message))) {
      waiting.alone = undefined;
      return 'ahead';
    }
    waiting.alone ??= performance.now();
    if (!tooLong && performance.now() < waiting.alone + SURE_MS) return 'ahead';
    // Where retention has deleted something, a missing beginning is no fault.
    const whole = (await manager.streams.info(EVENTS_STREAM)).state.first_seq <= 1;
    try {
      const { gap } = await this.traced(item, envelope, () => inbox.pass(envelope, () => whole));
      if (gap) this.report(envelope, gap);
      return await this.done(message, envelope);
    } catch (error) {
      return await this.failed(item, envelope, error);
    }
  }

  private async done(message: JsMsg, envelope: Envelope): Promise<'done'> {
    this.begun.delete(envelope.id);
    if (message.info.deliveryCount > 1) {
      this.redeliveries.inc({ consumer: this.options.consumer });
      await this.options.inbox.resetAttempts(envelope.id);
    }
    message.ack();
    return 'done';
  }

  private async traced<T>({ message }: Item, { type }: Envelope, work: () => Promise<T>): Promise<T> {
    const { service } = this.options;
    const working = setInterval(() => this.stillWorking(message), WORKING_MS);
    try {
      const parent = fromTraceparent(message.headers?.get('traceparent'));
      return await span(`handle ${type}`, 'CONSUMER', work, { parent, service });
    } finally {
      clearInterval(working);
    }
  }

  /** The connection may have closed during long work: only the progress reports end then. */
  private stillWorking(message: JsMsg): void {
    try {
      message.working();
    } catch (error) {
      this.options.log.warn(
        { error },
        'A long-running event could not report progress; it may be handled elsewhere as well',
      );
    }
  }

  /**
   * Whether every message before this one is settled. The server moves the ack floor up to just below the lowest
   * message outstanding, and does not move it while there is only one. After a kill it may have forgotten that it
   * delivered this one: then what lies before it is redelivered too.
   */
  private async nothingEarlier(manager: JetStreamManager, message: JsMsg): Promise<boolean> {
    const info = await manager.consumers.info(EVENTS_STREAM, this.options.consumer);
    if (info.delivered.stream_seq < message.seq) return false;
    return info.num_ack_pending <= 1 || info.ack_floor.stream_seq >= message.seq - 1;
  }

  private report(envelope: Envelope, { from, to, beginning }: Gap): void {
    const { consumer, log } = this.options;
    this.gaps.inc({ consumer, kind: beginning ? 'beginning' : 'gap' }, to - from + 1);
    const { type, subject: aggregate, id } = envelope;
    const fields = { aggregate, from, to, nextType: type, nextId: id };
    if (beginning) log.warn(fields, 'The first events of an aggregate never arrived; it is followed from here on');
    else log.error(fields, 'Events never arrived: the stream lost them. What follows is handled');
  }

  /** False when so many processes died while handling it that it must be the cause. */
  private async mayBegin(envelope: Envelope): Promise<boolean> {
    const { inbox } = this.options;
    if (this.begun.has(envelope.id) || !(await inbox.isNext(envelope))) return true;
    const times = await inbox.countBegun(envelope);
    this.begun.add(envelope.id);
    return times <= MAX_BEGUN;
  }

  private async failed(item: Item, envelope: Envelope, error: unknown): Promise<Became> {
    const { inbox, log } = this.options;
    const tooSlow = isTooSlow(error);
    if (isRetryable(error)) return RETRY_MS;
    if (isOutage(error) && !tooSlow) return OUTAGE_MS;
    const text = reasonText(error);
    const attempts = await inbox.countFailure(envelope, text);
    if (attempts >= (tooSlow ? MAX_SLOW_ATTEMPTS : MAX_ATTEMPTS)) return this.die(item, text, attempts);
    log.warn({ error, type: envelope.type, eventId: envelope.id, attempts }, 'An event failed and is retried');
    return Math.min(100 * 3 ** attempts, MAX_PAUSE_MS);
  }

  private async die({ message, raw, envelope }: Item, reason: string, attempts: number): Promise<'done'> {
    await this.options.inbox.bury(raw, envelope, reason, attempts);
    const { type = 'unreadable', id: eventId = '' } = envelope ?? {};
    this.options.log.error({ type, eventId, reason }, 'An event became a dead letter');
    this.deadLetters.inc({ consumer: this.options.consumer });
    this.begun.delete(eventId);
    message.ack();
    return 'done';
  }
}
