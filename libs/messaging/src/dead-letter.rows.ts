import type { DeadLetter } from '@tidegate/contracts/kernel/dead-letters';
import type { Envelope } from '@tidegate/contracts/kernel/event';
import { newId } from '@tidegate/database/ids';
import type { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { faultsOf, wordsOf } from './letter-words.rules.ts';

interface Row {
  id: string;
  consumer: string;
  event_id: string;
  type: string;
  aggregate: string;
  envelope: string;
  error: string;
  attempts: number;
  died_at: Date;
}

export const toWire = (row: Row): DeadLetter => ({
  id: row.id,
  consumer: row.consumer,
  eventId: row.event_id,
  type: row.type,
  aggregate: row.aggregate,
  error: wordsOf(row.error),
  faults: faultsOf(row.error),
  attempts: row.attempts,
  diedAt: row.died_at.toISOString(),
});

export const listDeadLetters = (tx: Tx, limit: number, after: string | undefined): Promise<Row[]> =>
  tx.query<Row>('select * from dead_letters where ($2::uuid is null or id > $2) order by id limit $1', [
    limit,
    after ?? null,
  ]);

export const findDeadLetter = (tx: Tx, id: string): Promise<Row | undefined> =>
  tx.one<Row>('select * from dead_letters where id = $1', [id]);

export const deleteDeadLetter = (tx: Tx, id: string): Promise<Row | undefined> =>
  tx.one<Row>('delete from dead_letters where id = $1 returning *', [id]);

/** A replay failed. Returns how often by now. */
export async function countReplay(tx: Tx, id: string, error: string): Promise<number> {
  const row = await tx.one<{ attempts: number }>(
    'update dead_letters set error = $2, attempts = attempts + 1 where id = $1 returning attempts',
    [id, error],
  );
  return row?.attempts ?? 0;
}

/** An event that could not be handled, as it arrived. */
export async function buryEvent(
  tx: Tx,
  given: { consumer: string; raw: string; envelope: Envelope | undefined; error: string; attempts: number },
): Promise<void> {
  const { consumer, raw, envelope, error, attempts } = given;
  await insert(tx, {
    consumer,
    eventId: envelope?.id ?? newId(),
    type: envelope?.type ?? 'unreadable',
    aggregate: envelope?.subject ?? '',
    orgId: envelope?.orgid ?? null,
    envelope: raw,
    error,
    attempts,
  });
}

/** Events that never arrived: there is nothing to replay; an operator deals with the consequences and discards it. */
export async function insertGapLetter(
  tx: Tx,
  consumer: string,
  next: Envelope,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const which = from === to ? `Event ${from} never arrived` : `Events ${from} to ${to} never arrived`;
  await insert(tx, {
    consumer,
    eventId: `gap ${next.subject} ${from}-${to}`,
    type: 'gap',
    aggregate: next.subject,
    orgId: next.orgid,
    envelope: JSON.stringify({ from, to, next: next.id, nextType: next.type }),
    error: `${which}: the stream lost it. What follows was handled without it.`,
    attempts: 0,
  });
}

/** How many wait for the operator. */
export async function countDeadLetters(tenants: TenantDatabase): Promise<number> {
  const row = await tenants.reader({}).one<{ count: number }>('select count(*)::int as count from dead_letters');
  return row?.count ?? 0;
}

async function insert(
  tx: Tx,
  row: {
    consumer: string;
    eventId: string;
    type: string;
    aggregate: string;
    orgId: string | null;
    envelope: string;
    error: string;
    attempts: number;
  },
): Promise<void> {
  await tx.query(
    `insert into dead_letters (id, consumer, event_id, type, aggregate, org_id, envelope, error, attempts)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (consumer, event_id) do nothing`,
    [newId(), row.consumer, row.eventId, row.type, row.aggregate, row.orgId, row.envelope, row.error, row.attempts],
  );
}
