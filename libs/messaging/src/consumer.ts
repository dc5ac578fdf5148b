import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/nats-core';
import { Envelope } from '@tidegate/contracts/kernel/event';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { Log } from '@tidegate/telemetry/log';
import { fromTraceparent, span } from '@tidegate/telemetry/trace';
import { isOutage, isRetryable, reasonText } from './errors.ts';
import type { Inbox, Outcome } from './inbox.ts';

/*
 * Pulls one service's events from one other service. Every replica pulls from the same durable consumer; events of
 * one aggregate are handled one after the other (a lane per aggregate here, the inbox's number across replicas).
 *
 * The client decides when a message is dead: the server never drops one (max_deliver -1). Outages do not count as
 * attempts: the message comes back until the database is there again.
 */
const FETCH = 200;
const IN_FLIGHT = 300;
const FETCH_MS = 5_000;
/** A message whose process died comes again after this long; the events behind it wait meanwhile. */
const ACK_WAIT_MS = 10_000;
const MAX_ATTEMPTS = 8;
/** From this delivery on an attempt is counted before it is made: the message may be killing the process. */
const SUSPICIOUS_DELIVERIES = 10;
/** How long the events behind a missing one are sent back without another look into the database. */
const LOOK_AGAIN_MS = 200;

export class EventConsumer {
  readonly name: string;
  private readonly service: ServiceName;
  private readonly source: ServiceName;
  private readonly nc: NatsConnection;
  private readonly inbox: Inbox;
  private readonly log: Log;
  private readonly lanes = new Map<string, Promise<void>>();
  /** Aggregates whose next event is elsewhere: from this number on it is too early. */
  private readonly early = new Map<string, { from: number; until: number }>();
  private inFlight = 0;
  private stopped = false;
  private abortFetch: () => void = () => {};
  private running: Promise<void> | undefined;

  constructor(options: { service: ServiceName; source: ServiceName; nc: NatsConnection; inbox: Inbox; log: Log }) {
    this.name = consumerName(options.service, options.source);
    this.service = options.service;
    this.source = options.source;
    this.nc = options.nc;
    this.inbox = options.inbox;
    this.log = options.log.child({ consumer: this.name });
  }

  /** Creates the durable consumer when it is missing and starts to pull. */
  async start(): Promise<void> {
    const manager = await jetstreamManager(this.nc, { checkAPI: false });
    await manager.consumers.add('EVENTS', {
      durable_name: this.name,
      filter_subject: `evt.${this.source}.>`,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_deliver: -1,
      max_ack_pending: 500,
    });
    this.running = this.loop();
  }

  /** Stops pulling, finishes what is in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.abortFetch();
    await this.running;
    await Promise.all(this.lanes.values());
  }

  private async loop(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      try {
        await this.pull();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures % 20 === 1) this.log.warn({ error }, 'Events could not be fetched; trying again');
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    }
  }

  private async pull(): Promise<void> {
    const consumer = await jetstream(this.nc, { checkAPI: false }).consumers.get('EVENTS', this.name);
    while (!this.stopped) {
      const batch = await consumer.fetch({ max_messages: FETCH, expires: FETCH_MS });
      this.abortFetch = () => batch.stop();
      for await (const message of batch) {
        if (this.stopped) message.nak();
        else this.enter(message);
      }
      while (this.inFlight > IN_FLIGHT) await Promise.race(this.lanes.values());
    }
  }

  private enter(message: JsMsg): void {
    const raw = message.string();
    const envelope = parse(raw);
    const lane = envelope?.subject ?? '';
    this.inFlight += 1;
    const previous = this.lanes.get(lane) ?? Promise.resolve();
    const mine = previous
      .then(() => this.settle(message, raw, envelope))
      .catch((error: unknown) => {
        this.log.warn({ error }, 'An event could not be settled; it will come again');
        message.nak(1_000);
      })
      .finally(() => {
        this.inFlight -= 1;
        if (this.lanes.get(lane) === mine) this.lanes.delete(lane);
      });
    this.lanes.set(lane, mine);
  }

  private async settle(message: JsMsg, raw: string, envelope: Envelope | undefined): Promise<void> {
    if (!envelope) {
      await this.inbox.bury(raw, undefined, 'The message is not a valid envelope.', 1);
      message.ack();
      return;
    }
    const { deliveryCount } = message.info;
    if (this.isEarly(envelope)) {
      message.nak(LOOK_AGAIN_MS + Math.random() * LOOK_AGAIN_MS);
      return;
    }
    try {
      const parent = fromTraceparent(message.headers?.get('traceparent'));
      const checks = {
        nothingEarlier: () => this.nothingBefore(message),
        beforeEffect: () => this.countSuspicious(envelope, deliveryCount),
      };
      const outcome = await span(`handle ${envelope.type}`, 'CONSUMER', () => this.inTurn(envelope, checks), {
        parent,
        service: this.service,
      });
      if (outcome === 'too-early') {
        this.early.set(envelope.subject, { from: envelope.sequence, until: Date.now() + LOOK_AGAIN_MS });
        message.nak(Math.min(20 * 2 ** Math.min(deliveryCount, 6), 1_000));
        return;
      }
      this.early.delete(envelope.subject);
      if (deliveryCount > 1) await this.inbox.forgetAttempts(envelope.id);
      message.ack();
    } catch (error) {
      await this.failed(message, raw, envelope, error);
    }
  }

  /**
   * Handles the event when its predecessor is done. Usually another replica is at that at this moment, so a short wait
   * here is cheaper than sending the message back.
   */
  private async inTurn(envelope: Envelope, checks: Parameters<Inbox['handle']>[1]): Promise<Outcome> {
    for (let wait = 4; ; wait *= 2) {
      const outcome = await this.inbox.handle(envelope, checks);
      if (outcome !== 'too-early' || wait > LOOK_AGAIN_MS || this.stopped) return outcome;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  private isEarly(envelope: Envelope): boolean {
    const early = this.early.get(envelope.subject);
    if (!early) return false;
    if (early.until > Date.now()) return envelope.sequence > early.from;
    this.early.delete(envelope.subject);
    return false;
  }

  /** Throws when a message has been begun so often without an end that it must be what ends the process. */
  private async countSuspicious(envelope: Envelope, deliveryCount: number): Promise<void> {
    if (deliveryCount <= SUSPICIOUS_DELIVERIES) return;
    const attempts = await this.inbox.countAttempt(envelope.id, 'The process ended while handling it.');
    if (attempts > MAX_ATTEMPTS * 3) throw new Error('It was begun too often without an end.');
  }

  private async failed(message: JsMsg, raw: string, envelope: Envelope, error: unknown): Promise<void> {
    if (isOutage(error) || isRetryable(error)) {
      message.nak(isRetryable(error) ? 20 : 500);
      return;
    }
    const text = reasonText(error);
    const attempts = await this.inbox.countAttempt(envelope.id, text);
    if (attempts >= MAX_ATTEMPTS) return this.die(message, raw, envelope, text, attempts);
    this.log.warn({ error, type: envelope.type, eventId: envelope.id, attempts }, 'An event failed; trying again');
    message.nak(Math.min(100 * 3 ** attempts, 60_000));
  }

  private async die(message: JsMsg, raw: string, envelope: Envelope, text: string, attempts: number): Promise<void> {
    await this.inbox.bury(raw, envelope, text, attempts);
    this.log.error({ type: envelope.type, eventId: envelope.id, reason: text }, 'An event became a dead letter');
    message.ack();
  }

  /**
   * True when every earlier message of this consumer is settled: the server moves the ack floor up to just below the
   * lowest message outstanding, and does not move it while there is only one.
   */
  private async nothingBefore(message: JsMsg): Promise<boolean> {
    const manager = await jetstreamManager(this.nc, { checkAPI: false });
    const { ack_floor, num_ack_pending } = await manager.consumers.info('EVENTS', this.name);
    return num_ack_pending <= 1 || ack_floor.stream_seq >= message.seq - 1;
  }
}

export function consumerName(service: ServiceName, source: ServiceName): string {
  return `${service}-from-${source}`;
}

function parse(raw: string): Envelope | undefined {
  try {
    return Envelope.parse(JSON.parse(raw));
  } catch {
    return undefined;
  }
}
