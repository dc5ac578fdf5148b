import type { JetStreamClient } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import type { Tenants } from '@tidegate/database/tenants';
import type { Tx } from '@tidegate/database/tx';
import type { Log } from '@tidegate/telemetry/log';

/*
 * Sends the outbox to JetStream. Each batch is a transaction: take the schema's relay lock (one sender at a time, so
 * that rows leave in order), read, publish all with acks outstanding, delete what was acked. A crash in between only
 * sends again what consumers recognise by its number; nothing is skipped, because rows are deleted and not passed
 * over by a cursor.
 *
 * It runs when a commit of this process wakes it, and every second for what other processes left behind. Whoever
 * finds the lock taken comes back shortly: the holder may have read before our row was committed.
 */
const BATCH = 500;
const POLL_MS = 1_000;
const LOCKED_RETRY_MS = 10;
const FAILED_RETRY_MS = 500;
const PUBLISH_TIMEOUT_MS = 5_000;

interface Row {
  id: string;
  event_id: string;
  subject: string;
  aggregate: string | null;
  sequence: string | null;
  org_id: string | null;
  trace: string | null;
  body: string;
  created_at: Date;
}

type Turn = 'sent' | 'empty' | 'locked';

export class Relay {
  private readonly options: { service: string; tenants: Tenants; jetstream: JetStreamClient; log: Log };
  private wanted = false;
  private stopped = false;
  private rouse: () => void = () => {};
  private running: Promise<void> | undefined;

  constructor(options: { service: string; tenants: Tenants; jetstream: JetStreamClient; log: Log }) {
    this.options = options;
  }

  start(): void {
    this.running ??= this.loop();
  }

  wake(): void {
    this.wanted = true;
    this.rouse();
  }

  /** Sends what is left and ends. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.rouse();
    await this.running;
  }

  private async loop(): Promise<void> {
    let failures = 0;
    for (;;) {
      this.wanted = false;
      const turn = await this.turn().catch((error: unknown) => {
        failures += 1;
        if (failures % 20 === 1) this.options.log.warn({ error }, 'The outbox could not be sent; trying again');
        return 'failed' as const;
      });
      if (turn !== 'failed') failures = 0;
      if (this.stopped && turn !== 'sent') return;
      if (turn === 'sent' || (this.wanted && turn === 'empty')) continue;
      await this.pause(turn === 'locked' ? LOCKED_RETRY_MS : turn === 'failed' ? FAILED_RETRY_MS : POLL_MS, turn);
    }
  }

  private pause(ms: number, turn: Turn | 'failed'): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.rouse = () => {
        if (turn !== 'empty' && !this.stopped) return;
        clearTimeout(timer);
        resolve();
      };
      if (this.stopped || (turn === 'empty' && this.wanted)) this.rouse();
    });
  }

  private turn(): Promise<Turn> {
    return this.options.tenants.as({}, async (tx) => {
      const lock = await tx.one<{ held: boolean }>(
        "select pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' outbox', 0)) as held",
      );
      if (!lock?.held) return 'locked';
      const rows = await tx.query<Row>(
        `select id, event_id, subject, aggregate, sequence, org_id, trace, body, created_at from outbox order by id limit ${BATCH}`,
      );
      if (rows.length === 0) return 'empty';
      await this.send(tx, rows);
      return 'sent';
    });
  }

  private async send(tx: Tx, rows: Row[]): Promise<void> {
    const results = await Promise.allSettled(rows.map((row) => this.publish(row)));
    const sent = rows.filter((_, index) => results[index]?.status === 'fulfilled').map((row) => row.id);
    if (sent.length === 0) throw (results[0] as PromiseRejectedResult).reason;
    await tx.query('delete from outbox where id = any($1::bigint[])', [sent]);
  }

  private publish(row: Row) {
    const head = headers();
    if (row.trace) head.set('traceparent', row.trace);
    const body = row.sequence === null ? row.body : this.envelope(row);
    return this.options.jetstream.publish(row.subject, body, {
      msgID: row.event_id,
      headers: head,
      timeout: PUBLISH_TIMEOUT_MS,
    });
  }

  /** CloudEvents 1.0; the data is put in as it was written, so that the message is byte for byte what was emitted. */
  private envelope(row: Row): string {
    const head = JSON.stringify({
      specversion: '1.0',
      id: row.event_id,
      source: `/tidegate/${this.options.service}`,
      type: row.subject.slice('evt.'.length),
      time: row.created_at.toISOString(),
      subject: row.aggregate,
      sequence: Number(row.sequence),
      orgid: row.org_id,
      datacontenttype: 'application/json',
    });
    return `${head.slice(0, -1)},"data":${row.body}}`;
  }
}
