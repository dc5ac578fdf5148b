import type { Tx } from '@tidegate/database/tx';
import { STREAM_KEPT_DAYS } from './inbox.rows.ts';

const CHUNK = 20_000;

/**
 * Deletes what consumers no longer need: rows of aggregates that are quiet, such as an ended session, failures that nobody
 * retried, and gaps that can no longer be filled. When such an aggregate goes on, its next event says that nothing before
 * it can come any more (`previoustime`). Returns whether there may be more.
 */
export async function expireHandled(tx: Tx): Promise<boolean> {
  await tx.query("delete from inbox_failures where at < now() - interval '7 days'");
  await tx.query('delete from inbox_gaps where at < now() - make_interval(days => $1)', [STREAM_KEPT_DAYS]);
  const row = await tx.one<{ count: number }>(
    `with old as (
       select consumer, aggregate from inbox where at < now() - make_interval(days => $1)
        limit $2 for update skip locked),
     gone as (delete from inbox i using old where i.consumer = old.consumer and i.aggregate = old.aggregate returning 1)
     select count(*)::int as count from gone`,
    [STREAM_KEPT_DAYS, CHUNK],
  );
  return row?.count === CHUNK;
}

/**
 * After so many days without an event the numbers of an aggregate begin at 1 again. By then no consumer has anything of it
 * that is younger than the stream keeps an event, even if an event waited for a month until it was sent.
 */
export const SEQUENCE_KEPT_DAYS = 100;

/** Of aggregates that are quiet, most of which are gone: sessions, bots, servers. Returns whether there may be more. */
export async function expireSequences(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ count: number }>(
    `with old as (
       select aggregate from outbox_sequences s where at < now() - make_interval(days => $1)
          and not exists (select from outbox o where o.aggregate = s.aggregate)
        limit $2 for update skip locked),
     gone as (delete from outbox_sequences s using old where s.aggregate = old.aggregate returning 1)
     select count(*)::int as count from gone`,
    [SEQUENCE_KEPT_DAYS, CHUNK],
  );
  return row?.count === CHUNK;
}
