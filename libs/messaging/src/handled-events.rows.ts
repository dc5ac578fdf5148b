import type { Tx } from '@tidegate/database/tx';
import { STREAM_KEPT_DAYS } from './inbox.rows.ts';

const CHUNK = 20_000;

/**
 * Deletes what consumers no longer need: rows of aggregates with one event only, such as an ended session, failures
 * that nobody retried, and gaps that can no longer be filled. When such an aggregate goes on, its next event says that
 * nothing before it can come any more (`previoustime`). Returns whether there may be more.
 */
export async function expireHandled(tx: Tx): Promise<boolean> {
  await tx.query("delete from inbox_failures where at < now() - interval '7 days'");
  await tx.query('delete from inbox_gaps where at < now() - make_interval(days => $1)', [STREAM_KEPT_DAYS]);
  const row = await tx.one<{ count: number }>(
    `with old as (
       select consumer, aggregate from inbox where sequence = 1 and at < now() - make_interval(days => $1)
        limit $2 for update skip locked),
     gone as (delete from inbox i using old where i.consumer = old.consumer and i.aggregate = old.aggregate returning 1)
     select count(*)::int as count from gone`,
    [STREAM_KEPT_DAYS, CHUNK],
  );
  return row?.count === CHUNK;
}
