import { setTimeout as gather } from 'node:timers/promises';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { DEFAULT_MESSAGING_LIMITS, type MessagingLimits } from './limits.ts';
import { LiveEvents } from './live-events.ts';
import { watchOf } from './nats-watch.ts';
import { countOutbox, deleteSent, mayHave, type OutboxRow, readOutbox, releaseLease, takeLease } from './relay.rows.ts';

/*
 * Sends the outbox to JetStream: read a batch, publish it with acks outstanding, delete what was acked. No connection
 * to PostgreSQL is held while it waits for NATS. After a crash, events are sent again that consumers recognise by their
 * number; nothing is skipped, because rows are deleted and there is no cursor.
 *
 *   idle ──woken, or every 8 s──► something there? ──lease taken──► sending ──empty──► idle
 *                                                 └─somebody else has it──► tells the holder, looks again when it ends
 *
 * One process of a service sends at a time, by a lease row. Order does not depend on it: an aggregate's next event is
 * published only after the one before was acked, so two senders at once can duplicate but never reorder.
 */
const BATCH = 500;
/** While events keep coming, those of so long leave together: each batch costs the same, however small it is. */
const GATHER_MS = 4;
const IDLE_MS = 8_000;
const FAILED_RETRY_MS = 500;
const PUBLISH_TIMEOUT_MS = 4_000;
/** A process with something to send and without the lease retries after this long: the holder may have died. */
const ELSEWHERE_MS = 1_000;
const COUNT_MS = 5_000;

type Turn = 'sent' | 'empty' | 'elsewhere' | 'failed';

export class Relay {
  private readonly options: { service: string; tenants: TenantDatabase; nc: NatsConnection; log: Log };
  private readonly leaseSeconds: number;
  private readonly jetstream: JetStreamClient;
  private readonly live: LiveEvents;
  private readonly self = crypto.randomUUID();
  private readonly lag;
  private readonly size;
  private readonly sent;
  private leasedUntil = 0;
  private countedAt = Number.NEGATIVE_INFINITY;
  private wanted = false;
  /** There was more than a batch. */
  private full = false;
  private stopped = false;
  private elsewhere = false;
  private rouse: () => void = () => {};
  private abandonBatch: () => void = () => {};
  private running: Promise<void> | undefined;

  constructor(options: {
    service: string;
    tenants: TenantDatabase;
    nc: NatsConnection;
    log: Log;
    limits?: MessagingLimits;
  }) {
    this.options = options;
    this.leaseSeconds = (options.limits ?? DEFAULT_MESSAGING_LIMITS).outboxLeaseSeconds;
    this.live = new LiveEvents(options.service);
    this.jetstream = jetstream(options.nc, { checkAPI: false });
    const metrics = new Metrics();
    this.lag = metrics.gauge('tidegate_outbox_lag_seconds', 'Age of the oldest event not sent yet', ['service']);
    this.size = metrics.gauge('tidegate_outbox_messages', 'Events that are not sent yet', ['service']);
    this.sent = metrics.counter('tidegate_events_sent_total', 'Events that were sent', ['service', 'event']);
  }

  start(): void {
    if (this.running) return;
    const { nc } = this.options;
    watchOf(nc).onReconnect(() => this.wake());
    watchOf(nc).onDisconnect(() => this.abandonBatch());
    nc.subscribe(this.wakeSubject(), {
      callback: (error, message) => {
        if (error) watchOf(nc).refuse('wakes of the relay', error);
        else if (message.string() !== this.self) this.awoken();
      },
    });
    this.running = this.loop();
  }

  wake(): void {
    this.wanted = true;
    this.rouse();
  }

  /**
   * Another process has something to send: a wake for the holder of the lease. Others do not pass it on: two of them
   * would keep waking each other for as long as the lease of a third lasts.
   */
  private awoken(): void {
    if (!this.elsewhere) this.wake();
  }

  /** Sends what is left and ends. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.rouse();
    await this.running;
    if (this.leasedUntil > 0) {
      await releaseLease(this.options.tenants, this.self).catch((error: unknown) =>
        this.options.log.warn({ error }, 'The lease to send was not released and will expire'),
      );
    }
  }

  private async loop(): Promise<void> {
    let failures = 0;
    for (;;) {
      this.wanted = false;
      const turn = await this.turn().catch((error: unknown): Turn => {
        failures += 1;
        if (failures % 20 === 1) this.options.log.warn({ error }, 'The outbox could not be sent; retrying');
        return 'failed';
      });
      if (turn !== 'failed') failures = 0;
      this.elsewhere = turn === 'elsewhere';
      if (this.stopped && turn !== 'sent') return;
      if (turn === 'sent') {
        if (this.wanted && !this.full && !this.stopped) await gather(GATHER_MS);
        continue;
      }
      if (this.wanted && turn === 'empty') continue;
      await this.pause(turn);
    }
  }

  private pause(turn: Turn): Promise<void> {
    const ms = turn === 'empty' ? IDLE_MS : turn === 'elsewhere' ? ELSEWHERE_MS : FAILED_RETRY_MS;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.rouse = () => {
        // The holder has been woken already; a server that refused us is not retried any sooner.
        if (turn === 'elsewhere' && !this.stopped) return this.wakeHolder();
        if (turn === 'failed' && !this.stopped) return;
        clearTimeout(timer);
        resolve();
      };
      if (this.stopped || (turn !== 'failed' && this.wanted)) this.rouse();
    });
  }

  private async turn(): Promise<Turn> {
    const { tenants, nc } = this.options;
    if (this.leasedUntil < performance.now()) {
      if (!(await mayHave(tenants))) return this.note([]);
      if (!(await takeLease(tenants, this.self, this.leaseSeconds))) {
        this.wakeHolder();
        return 'elsewhere';
      }
      // It is renewed half-way, so that no other process starts during a batch.
      this.leasedUntil = performance.now() + (this.leaseSeconds * 1_000) / 2;
    }
    const rows = await readOutbox(tenants, BATCH);
    this.full = rows.length === BATCH;
    if (rows.length === 0) return this.note(rows);
    await this.note(rows);
    return watchOf(nc).connected ? this.send(rows) : 'failed';
  }

  private async note(rows: readonly OutboxRow[]): Promise<Turn> {
    const { service, tenants } = this.options;
    const [oldest] = rows;
    this.lag.set({ service }, oldest ? Math.max(0, (Date.now() - oldest.created_at.getTime()) / 1_000) : 0);
    if (rows.length < BATCH) this.size.set({ service }, rows.length);
    else if (performance.now() > this.countedAt + COUNT_MS) {
      this.size.set({ service }, await countOutbox(tenants));
      this.countedAt = performance.now();
    }
    return 'empty';
  }

  private wakeHolder(): void {
    if (!this.options.nc.isClosed()) this.options.nc.publish(this.wakeSubject(), this.self);
  }

  private wakeSubject(): string {
    return `wake.${this.options.service}.outbox`;
  }

  /** All aggregates side by side, the events of each one after the other. */
  private async send(rows: readonly OutboxRow[]): Promise<Turn> {
    const last = new Map<string, Promise<unknown>>();
    const published = Promise.allSettled(
      rows.map((row) => {
        const before = row.aggregate === null ? undefined : last.get(row.aggregate);
        const mine = before ? before.then(() => this.publish(row)) : this.publish(row);
        if (row.aggregate !== null) last.set(row.aggregate, mine);
        return mine;
      }),
    );
    // Acks never arrive over another connection: what was sent is sent again, under the same id.
    const broken = new Promise<never>((_, reject) => {
      this.abandonBatch = () => reject(new Error('The connection to the bus broke while events were sent'));
    });
    const results = await Promise.race([published, broken]);
    const sent = rows.filter((_, index) => results[index]?.status === 'fulfilled');
    if (sent.length === 0)
      throw (results.find((result) => result.status === 'rejected') as PromiseRejectedResult).reason;
    await deleteSent(
      this.options.tenants,
      sent.map((row) => row.id),
    );
    for (const { subject } of sent) this.sent.inc({ service: this.options.service, event: subject });
    return 'sent';
  }

  private publish(row: OutboxRow) {
    const head = headers();
    if (row.trace) head.set('traceparent', row.trace);
    const body = row.sequence === null ? row.body : this.envelope(row);
    const options = { msgID: row.event_id, headers: head, timeout: PUBLISH_TIMEOUT_MS };
    return this.jetstream.publish(row.subject, body, options).then(() => this.announce(row));
  }

  /** To those who watch now, once the event is safe. */
  private announce({ subject, org_id, body }: OutboxRow): void {
    const said = org_id === null ? undefined : this.live.of(subject, body);
    if (said && !this.options.nc.isClosed()) this.options.nc.publish(`live.${org_id}.${said.topic}`, said.text);
  }

  /** CloudEvents 1.0; the data is put in as it was written, so that the message is byte for byte what was emitted. */
  private envelope(row: OutboxRow): string {
    const head = JSON.stringify({
      specversion: '1.0',
      id: row.event_id,
      source: `/tidegate/${this.options.service}`,
      type: row.subject.slice('evt.'.length),
      time: row.created_at.toISOString(),
      subject: row.aggregate,
      sequence: Number(row.sequence),
      ...(row.previous_at && { previoustime: row.previous_at.toISOString() }),
      orgid: row.org_id,
      datacontenttype: 'application/json',
    });
    return `${head.slice(0, -1)},"data":${row.body}}`;
  }
}
