import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/nats-core';
import { EVENTS_STREAM } from '@tidegate/contracts/kernel/event';
import type { ServiceName } from '@tidegate/contracts/kernel/service-names';
import type { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { ConsumerLag } from './consumer-lag.ts';
import type { ConsumerPosition } from './consumer-position.ts';
import { EventLanes } from './event-lanes.ts';
import { EventTurns } from './event-turns.ts';
import type { Inbox } from './inbox.ts';
import { DEFAULT_MESSAGING_LIMITS, type MessagingLimits } from './limits.ts';
import { watchOf } from './nats-watch.ts';

/*
 * Pulls one service's events from one other service. Every replica pulls from the same durable consumer; events of
 * one aggregate are handled one after the other (a lane per aggregate here, the inbox's number across replicas).
 *
 *   missing ──made──► pulling ──anything fails──► (pause) ──► missing
 *
 * The durable consumer is recreated whenever pulling fails, so deleting it, or the whole stream, stops nothing. A new
 * one starts at the beginning of the stream, and so does one whose place the server has lost; what was settled long ago is
 * recognised by its number (consumer-position.ts), and the inbox knows the rest. The server forgets a pull when its
 * connection breaks, so it is abandoned when the connection is back.
 */
const MAX_ACK_PENDING = 2_000;
const FETCH_MS = 27_000;
/**
 * After two missed heartbeats the pull is abandoned: the server has lost it silently. In a cluster that happens when
 * the consumer's leader moves; a single server keeps its pulls as long as the connection lives, which has a pulse.
 */
const HEARTBEAT_MS = { cluster: 4_500, single: 13_500 };
/** A message whose process died is redelivered after this long; the events behind it wait until then. */
const ACK_WAIT_MS = 10_000;
const RETRY_MS = 300;

export class EventConsumer {
  readonly name: string;
  private readonly options: { filter: string; nc: NatsConnection; limits: MessagingLimits };
  private readonly log: Log;
  private readonly turns: EventTurns;
  private readonly lanes: EventLanes;
  private readonly lag = new ConsumerLag();
  private readonly position: ConsumerPosition;
  private readonly again;
  private unwatch: () => void = () => {};
  private stopped = false;
  private failure: string | undefined;
  private abortFetch: () => void = () => {};
  private running: Promise<void> | undefined;

  constructor(options: {
    service: ServiceName;
    source: ServiceName;
    nc: NatsConnection;
    inbox: Inbox;
    log: Log;
    limits?: MessagingLimits | undefined;
    /** The subject of the only event that is followed. */
    only?: string | undefined;
  }) {
    const { service, source, nc, inbox, limits = DEFAULT_MESSAGING_LIMITS, only } = options;
    this.name = consumerName(service, source);
    this.options = { filter: only ?? `evt.${source}.>`, nc, limits };
    this.log = options.log.child({ consumer: this.name });
    this.position = inbox.position;
    this.again = new Metrics().counter(
      'tidegate_consumer_sent_again_total',
      'Events that nats-server sent again although they had been settled, because it lost where the consumer was',
      ['consumer'],
    );
    this.turns = new EventTurns({ service, consumer: this.name, nc, inbox, log: this.log });
    this.lanes = new EventLanes(this.turns, this.lag, this.log);
  }

  /** Starts pulling. It waits for a stream that does not exist yet; until then the service is not ready. */
  async start(): Promise<void> {
    watchOf(this.options.nc).onReconnect(() => this.abortFetch());
    this.unwatch = new Metrics().watched(
      'tidegate_consumer_lag_seconds',
      'Age of the oldest event that a consumer received and has not settled; while it cannot fetch, for how long',
      { consumer: this.name },
      () => this.lagSeconds(),
    );
    await this.ensure().catch((error: unknown) => this.fail(error));
    this.running = this.loop();
  }

  /** Stops pulling and finishes running events. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.abortFetch();
    const lanes = this.lanes.stop();
    await this.running;
    await lanes;
    this.unwatch();
  }

  /** Age of the oldest event that it received and has not settled; while it cannot fetch, for how long. */
  lagSeconds(): number {
    return this.lag.seconds();
  }

  /** Already there: nothing happens. */
  private async ensure(): Promise<void> {
    const manager = await jetstreamManager(this.options.nc, { checkAPI: false });
    await manager.consumers.add(EVENTS_STREAM, {
      durable_name: this.name,
      filter_subject: this.options.filter,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_deliver: -1,
      max_ack_pending: MAX_ACK_PENDING,
    });
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.ensure();
        await this.pull();
      } catch (error) {
        this.fail(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private fail(error: unknown): void {
    const reason = (error as Error).message;
    if (this.failure !== reason) this.log.warn({ error }, 'Events could not be fetched; retrying');
    this.failure = reason;
    this.lag.fetching(false);
    watchOf(this.options.nc).report(this.name, reason);
  }

  private settleAgain(message: JsMsg): void {
    this.again.inc({ consumer: this.name });
    message.ack();
  }

  private async pull(): Promise<void> {
    const consumer = await jetstream(this.options.nc, { checkAPI: false }).consumers.get(EVENTS_STREAM, this.name);
    this.failure = undefined;
    this.lag.fetching(true);
    watchOf(this.options.nc).report(this.name, undefined);
    let isRead = false;
    while (!this.stopped) {
      const batch = await consumer.fetch({
        max_messages: this.options.limits.fetch,
        expires: FETCH_MS,
        idle_heartbeat: this.options.nc.info?.cluster ? HEARTBEAT_MS.cluster : HEARTBEAT_MS.single,
      });
      this.abortFetch = () => batch.stop();
      // The stop came while it was being created.
      if (this.stopped) batch.stop();
      let [pending, came] = [0, false];
      for await (const message of batch) {
        pending = message.info.pending;
        came = true;
        // Without it everything is looked up.
        if (!isRead) await this.position.read().catch(() => {});
        isRead = true;
        if (this.stopped) message.nak();
        else if (this.position.isSettled(message)) this.settleAgain(message);
        else this.lanes.enter(message);
      }
      this.turns.notePending(pending);
      if (came && this.position.isDue) {
        const { ack_floor: floor } = await consumer.info();
        // The next one is stored as well.
        await this.position.save(floor.stream_seq).catch(() => {});
      }
      this.lanes.evictOld();
      await this.lanes.room(this.options.limits.inFlight);
    }
  }
}

export function consumerName(service: ServiceName, source: ServiceName): string {
  return `${service}-from-${source}`;
}
