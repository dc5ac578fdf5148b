import { type JetStreamManager, type JsMsg, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Envelope } from '@tidegate/contracts/kernel/event';
import type { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { fromTraceparent, span } from '@tidegate/telemetry/trace';
import { isOutage, isRetryable, isTooSlow, reasonText } from './errors.ts';
import type { Gap, Inbox, Outcome } from './inbox.ts';

/*
 * What becomes of one message. The client decides when a message is dead: the server never drops one (max_deliver -1).
 *
 *   its turn ──► handled, acknowledged
 *   fails ──► tried again with growing pauses ──MAX_ATTEMPTS──► dead letter, the next ones pass
 *   outage ──► comes back until the database is there again; nothing is counted
 *   ends the process ──► from SUSPICIOUS deliveries on each process counts once that it begins ──MAX_BEGUN──► dead letter
 *   ahead of its predecessor ──► comes back shortly; when nothing earlier is outstanding the predecessor is lost: the
 *                                gap is told and passed
 */
const MAX_ATTEMPTS = 12;
/** For statements that took too long, which a machine in need also makes: given up only after about a quarter of an hour. */
const MAX_SLOW_ATTEMPTS = 30;
/** Short, because what waits behind a failing event fills the consumer for everybody. */
const MAX_PAUSE_MS = 10_000;
const SUSPICIOUS_DELIVERIES = 10;
const MAX_BEGUN = 8;
export const MAX_ACK_PENDING = 2_000;
/** How long the events behind a missing one are sent back without another look into the database. */
const LOOK_AGAIN_MS = 200;
/** Waited for so long while nothing of its aggregate fails: then the predecessor is lost, whatever else is outstanding. */
const LOST_MS = 30_000;
/** Nothing earlier was outstanding, and still is not so long after. */
const SURE_MS = 500;
const STALE_MS = 5_000;
const FORGET_MS = 120_000;
/** A handler that takes long says so, or the server would give the event to somebody else. */
const WORKING_MS = 4_000;
const REMEMBERED = 10_000;

/** An aggregate whose next event is elsewhere: from this number on it is too early. */
interface Early {
  from: number;
  since: number;
  until: number;
  /** Since when nothing earlier is outstanding. */
  alone?: number | undefined;
}

export class EventTurns {
  private readonly options: { consumer: string; nc: NatsConnection; inbox: Inbox; log: Log };
  private readonly early = new Map<string, Early>();
  /** Suspicious events that this process has begun: it lives, so they are not what ends it. */
  private readonly begun = new Set<string>();
  private readonly metrics = new Metrics();
  private stopped = false;

  constructor(options: EventTurns['options']) {
    this.options = options;
  }

  stop(): void {
    this.stopped = true;
  }

  /** After each pull: how much is left, and what need not be remembered any more. */
  noteBatch(pending: number): void {
    const { consumer } = this.options;
    this.metrics
      .gauge('tidegate_consumer_pending_events', 'Events that a consumer has not been given yet', ['consumer'])
      .set({ consumer }, pending);
    const old = Date.now() - FORGET_MS;
    for (const [aggregate, { until }] of this.early) if (until < old) this.early.delete(aggregate);
    if (this.begun.size > REMEMBERED) this.begun.clear();
  }

  async settle(message: JsMsg, raw: string, envelope: Envelope | undefined): Promise<void> {
    const { inbox } = this.options;
    const { deliveryCount } = message.info;
    if (deliveryCount > 1) this.count('tidegate_consumer_redeliveries_total', 'Events that came more than once');
    if (!envelope) return this.die(message, raw, undefined, 'The message is not a valid envelope.', 1);
    if (this.isEarly(envelope)) {
      message.nak(LOOK_AGAIN_MS + Math.random() * LOOK_AGAIN_MS);
      return;
    }
    try {
      if (deliveryCount > SUSPICIOUS_DELIVERIES && !(await this.mayBegin(envelope))) {
        return await this.die(message, raw, envelope, 'It was begun too often without an end.', MAX_BEGUN);
      }
      const outcome = await this.traced(message, envelope);
      if (outcome === 'ahead') return this.sendBack(message, envelope);
      if (outcome === 'late') {
        return await this.die(message, raw, envelope, 'It came after what follows it was handled.', 1);
      }
      this.early.delete(envelope.subject);
      this.begun.delete(envelope.id);
      if (deliveryCount > 1) await inbox.forgetAttempts(envelope.id);
      message.ack();
    } catch (error) {
      await this.failed(message, raw, envelope, error);
    }
  }

  private async traced(message: JsMsg, envelope: Envelope): Promise<Outcome> {
    const working = setInterval(() => message.working(), WORKING_MS);
    try {
      const parent = fromTraceparent(message.headers?.get('traceparent'));
      return await span(`handle ${envelope.type}`, 'CONSUMER', () => this.inTurn(message, envelope), { parent });
    } finally {
      clearInterval(working);
    }
  }

  /**
   * Handles the event when its predecessor is done. Usually another replica is at that at this moment, so a short wait
   * here is cheaper than sending the message back.
   */
  private async inTurn(message: JsMsg, envelope: Envelope): Promise<Outcome> {
    const { inbox } = this.options;
    for (let wait = 4; ; wait *= 2) {
      const outcome = await inbox.handle(envelope);
      if (outcome !== 'ahead' || this.stopped) return outcome;
      if (wait > LOOK_AGAIN_MS) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    const standing = await this.standing(message, envelope);
    if (!standing.lost) return 'ahead';
    const { outcome, gap } = await inbox.pass(envelope, () => standing.wholeStream);
    if (gap) this.tell(envelope, gap);
    return outcome;
  }

  /**
   * `lost`: the predecessor cannot come any more, which must be seen twice. `wholeStream`: retention has not taken
   * anything yet.
   */
  private async standing(message: JsMsg, envelope: Envelope): Promise<{ lost: boolean; wholeStream: boolean }> {
    const { nc, inbox } = this.options;
    const early = this.early.get(envelope.subject);
    const waits = early?.from === envelope.sequence ? early : undefined;
    const manager = await jetstreamManager(nc, { checkAPI: false });
    const tooLong = waits !== undefined && Date.now() > waits.since + LOST_MS;
    if (tooLong ? await inbox.isFailing(envelope) : !(await this.nothingEarlier(manager, message))) {
      if (waits) waits.alone = undefined;
      return { lost: false, wholeStream: false };
    }
    if (waits) waits.alone ??= Date.now();
    const lost = tooLong || (waits?.alone !== undefined && Date.now() > waits.alone + SURE_MS);
    return { lost, wholeStream: lost && (await manager.streams.info('EVENTS')).state.first_seq <= 1 };
  }

  /**
   * Whether every message before this one is settled. The server moves the ack floor up to just below the lowest
   * message outstanding, and does not move it while there is only one. After it was killed it may have forgotten that
   * it delivered this one: then what lies before it comes again as well.
   */
  private async nothingEarlier(manager: JetStreamManager, message: JsMsg): Promise<boolean> {
    const info = await manager.consumers.info('EVENTS', this.options.consumer);
    if (info.delivered.stream_seq < message.seq) return false;
    return info.num_ack_pending <= 1 || info.ack_floor.stream_seq >= message.seq - 1;
  }

  private tell(envelope: Envelope, { from, to, beginning }: Gap): void {
    const { consumer, log } = this.options;
    this.metrics
      .counter('tidegate_consumer_gaps_total', 'Events that never came and were passed', ['consumer', 'kind'])
      .inc({ consumer, kind: beginning ? 'beginning' : 'gap' }, to - from + 1);
    const { type, subject: aggregate, id } = envelope;
    const fields = { aggregate, from, to, nextType: type, nextId: id };
    if (beginning) log.warn(fields, 'The beginning of an aggregate never came; it is followed from here on');
    else log.error(fields, 'Events never came: the stream lost them. What follows is handled');
  }

  private isEarly(envelope: Envelope): boolean {
    const early = this.early.get(envelope.subject);
    return early !== undefined && early.until > Date.now() && envelope.sequence > early.from;
  }

  private sendBack(message: JsMsg, envelope: Envelope): void {
    const now = Date.now();
    const known = this.early.get(envelope.subject);
    const until = now + LOOK_AGAIN_MS;
    // The lowest one that waits decides; when it has not come again for a while it was handled elsewhere.
    if (known && known.from <= envelope.sequence && known.until > now - STALE_MS) known.until = until;
    else this.early.set(envelope.subject, { from: envelope.sequence, since: now, until });
    message.nak(Math.min(20 * 2 ** Math.min(message.info.deliveryCount, 6), 1_000));
  }

  /** False when so many processes began it and ended that it must be what ends them. */
  private async mayBegin(envelope: Envelope): Promise<boolean> {
    const { inbox } = this.options;
    if (this.begun.has(envelope.id) || !(await inbox.isNext(envelope))) return true;
    const times = await inbox.countBegun(envelope);
    this.begun.add(envelope.id);
    return times <= MAX_BEGUN;
  }

  private async failed(message: JsMsg, raw: string, envelope: Envelope, error: unknown): Promise<void> {
    const { inbox, log } = this.options;
    const tooSlow = isTooSlow(error);
    if (isRetryable(error) || (isOutage(error) && !tooSlow)) {
      message.nak(isRetryable(error) ? 20 : 500);
      return;
    }
    const text = reasonText(error);
    const attempts = await inbox.countFailure(envelope, text);
    if (attempts >= (tooSlow ? MAX_SLOW_ATTEMPTS : MAX_ATTEMPTS))
      return this.die(message, raw, envelope, text, attempts);
    log.warn({ error, type: envelope.type, eventId: envelope.id, attempts }, 'An event failed; trying again');
    message.nak(Math.min(100 * 3 ** attempts, MAX_PAUSE_MS));
  }

  private async die(
    message: JsMsg,
    raw: string,
    envelope: Envelope | undefined,
    reason: string,
    attempts: number,
  ): Promise<void> {
    await this.options.inbox.bury(raw, envelope, reason, attempts);
    const { type = 'unreadable', id: eventId } = envelope ?? {};
    this.options.log.error({ type, eventId, reason }, 'An event became a dead letter');
    this.count('tidegate_dead_letters_total', 'Events that became dead letters');
    if (envelope) this.begun.delete(envelope.id);
    message.ack();
  }

  private count(name: string, help: string): void {
    this.metrics.counter(name, help, ['consumer']).inc({ consumer: this.options.consumer });
  }
}
