import type { Envelope } from '@tidegate/contracts/kernel/event';
import type { Tx } from '@tidegate/database/tx';

/** Longer than the stream keeps an event: one that was emitted before is not on its way any more. */
export const STREAM_KEPT_DAYS = 35;

/**
 * Whether a row says nothing about an event any more: whatever the row counts was over when the event was emitted. Its
 * aggregate was quiet for so long that its numbers may begin at 1 again. With the names of two parameters: the event's
 * own time, and STREAM_KEPT_DAYS.
 */
const aged = (time: string, days: string) => `i.at < ${time}::timestamptz - make_interval(days => ${days})`;
/* $3 is the event's number, $4 when the one before was emitted. */
const AGED = aged('$6', '$5');
const parameters = (consumer: string, { subject, sequence, previoustime, time }: Envelope) => [
  consumer,
  subject,
  sequence,
  previoustime ?? null,
  STREAM_KEPT_DAYS,
  time,
];

/**
 * Moves the aggregate's number to this event's, when it is its turn: after the one before, or when nothing is known of the
 * aggregate and nothing earlier can come.
 */
export async function advance(tx: Tx, consumer: string, event: Envelope): Promise<boolean> {
  const moved = await tx.one(
    `insert into inbox as i (consumer, aggregate, sequence)
     select $1, $2, $3::bigint
      where $3 = 1 or $4 < now() - make_interval(days => $5)
         or exists (select from inbox where consumer = $1 and aggregate = $2)
     on conflict (consumer, aggregate) do update set sequence = excluded.sequence, at = now()
       where i.sequence = excluded.sequence - 1 or (excluded.sequence = 1 and ${AGED})
     returning 1`,
    parameters(consumer, event),
  );
  return moved !== undefined;
}

/** The last number handled, with its row locked. */
export async function lockLast(tx: Tx, consumer: string, { subject, time }: Envelope): Promise<number> {
  const key = [consumer, subject];
  await tx.query('insert into inbox (consumer, aggregate, sequence) values ($1, $2, 0) on conflict do nothing', key);
  const row = await tx.one<{ sequence: string }>(
    `select case when ${aged('$3', '$4')} then 0 else sequence end as sequence
       from inbox i where consumer = $1 and aggregate = $2 for update`,
    [...key, time, STREAM_KEPT_DAYS],
  );
  return Number(row?.sequence ?? 0);
}

export const setLast = (tx: Tx, consumer: string, { subject, sequence }: Envelope): Promise<unknown> =>
  tx.query('update inbox set sequence = $3, at = now() where consumer = $1 and aggregate = $2', [
    consumer,
    subject,
    sequence,
  ]);

/** Lets the aggregate's next events pass. */
export const passBuried = (tx: Tx, consumer: string, { subject, sequence, time }: Envelope): Promise<unknown> =>
  tx.query(
    `insert into inbox as i (consumer, aggregate, sequence) values ($1, $2, $3)
     on conflict (consumer, aggregate) do update set at = now(),
       sequence = case when ${aged('$4', '$5')} then excluded.sequence
                       else greatest(i.sequence, excluded.sequence) end`,
    [consumer, subject, sequence, time, STREAM_KEPT_DAYS],
  );

/** Whether `advance` would move the number to this event's. */
export async function isNext(tx: Tx, consumer: string, event: Envelope): Promise<boolean> {
  const row = await tx.one<{ next: boolean }>(
    `select coalesce((select i.sequence = $3::bigint - 1 or ($3 = 1 and ${AGED})
                        from inbox i where consumer = $1 and aggregate = $2),
                     $3 = 1 or coalesce($4 < now() - make_interval(days => $5), false)) as next`,
    parameters(consumer, event),
  );
  return row?.next ?? false;
}

/** The last number handled, and whether this event's is one that was passed. */
export async function standingOf(
  tx: Tx,
  consumer: string,
  { subject, sequence, time }: Envelope,
): Promise<{ last: number; late: boolean }> {
  const row = await tx.one<{ sequence: string; late: boolean }>(
    `select case when ${aged('$4', '$5')} then 0 else sequence end as sequence, exists (
       select from inbox_gaps g where g.consumer = i.consumer and g.aggregate = i.aggregate
          and $3::bigint between g.first and g.last) as late
       from inbox i where consumer = $1 and aggregate = $2`,
    [consumer, subject, sequence, time, STREAM_KEPT_DAYS],
  );
  return { last: Number(row?.sequence ?? 0), late: row?.late ?? false };
}

export async function countAttempt(
  tx: Tx,
  consumer: string,
  { id, subject }: Envelope,
  { what, error }: { what: 'attempts' | 'begun'; error: string },
): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `insert into inbox_failures as f (consumer, event_id, aggregate, ${what}, error) values ($1, $2, $3, 1, $4)
     on conflict (consumer, event_id) do update set ${what} = f.${what} + 1, error = excluded.error, at = now()
     returning ${what} as count`,
    [consumer, id, subject, error],
  );
  return row?.count ?? 1;
}

export async function hasFailures(tx: Tx, consumer: string, { subject }: Envelope): Promise<boolean> {
  const row = await tx.one('select 1 from inbox_failures where consumer = $1 and aggregate = $2 limit 1', [
    consumer,
    subject,
  ]);
  return row !== undefined;
}

export const deleteAttempts = (tx: Tx, consumer: string, eventId: string): Promise<unknown> =>
  tx.query('delete from inbox_failures where consumer = $1 and event_id = $2', [consumer, eventId]);
