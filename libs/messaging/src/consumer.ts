import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/nats-core';
import { Envelope } from '@tidegate/contracts/kernel/event';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { Log } from '@tidegate/telemetry/log';
import { fromTraceparent, span } from '@tidegate/telemetry/trace';
import { isOutage, isRetryable } from './errors.ts';
import type { Inbox } from './inbox.ts';

/*
 * Pulls one service's events from one other service. Every replica pulls from the same durable consumer; events of
 * one aggregate are handled one after the other (a lane per aggregate here, the inbox's number across replicas).
 *
 * The client decides when a message is dead: the server never drops one (max_deliver -1). Outages do not count as
 * attempts: the message comes back until the database is there again.
 */
const FETCH = 200;
const IN_FLIGHT = 400;
const FETCH_MS = 5_000;
const ACK_WAIT_MS = 30_000;
const MAX_ATTEMPTS = 8;
/** From this delivery on an attempt is counted before it is made: the message may be killing the process. */
const SUSPICIOUS_DELIVERIES = 20;

export class EventConsumer {
  readonly name: string;
  private readonly source: ServiceName;
  private readonly nc: NatsConnection;
  private readonly inbox: Inbox;
  private readonly log: Log;
  private readonly lanes = new Map<string, Promise<void>>();
  private inFlight = 0;
  private stopped = false;
  private abortFetch: () => void = () => {};
  private running: Promise<void> | undefined;

  constructor(options: { service: ServiceName; source: ServiceName; nc: NatsConnection; inbox: Inbox; log: Log }) {
    this.name = consumerName(options.service, options.source);
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
      max_ack_pending: 2_000,
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
    if (deliveryCount > SUSPICIOUS_DELIVERIES) {
      const attempts = await this.inbox.countAttempt(envelope.id, 'The process ended while handling it.');
      if (attempts > MAX_ATTEMPTS * 3) return this.die(message, raw, envelope, 'It came again too often.', attempts);
    }
    try {
      const parent = fromTraceparent(message.headers?.get('traceparent'));
      const outcome = await span(
        `handle ${envelope.type}`,
        'CONSUMER',
        () => this.inbox.handle(envelope, () => this.nothingBefore(message)),
        { parent },
      );
      if (outcome === 'too-early') {
        message.nak(Math.min(20 * 2 ** Math.min(deliveryCount, 7), 2_000));
        return;
      }
      if (deliveryCount > 1) await this.inbox.forgetAttempts(envelope.id);
      message.ack();
    } catch (error) {
      await this.failed(message, raw, envelope, error);
    }
  }

  private async failed(message: JsMsg, raw: string, envelope: Envelope, error: unknown): Promise<void> {
    if (isOutage(error) || isRetryable(error)) {
      message.nak(isRetryable(error) ? 20 : 500);
      return;
    }
    const text = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
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
