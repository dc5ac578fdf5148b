import type { Tx } from '@tidegate/database/tx';

interface Waiting {
  messages: number;
  outbox_lag: number | null;
  dead_letters: number;
}

/** What waits to be sent, and for the operator. */
export async function countWaiting(tx: Tx): Promise<Waiting> {
  const row = await tx.one<Waiting>(
    `select (select count(*)::int from outbox) as messages,
            (select extract(epoch from clock_timestamp() - min(created_at))::float8 from outbox) as outbox_lag,
            (select count(*)::int from dead_letters) as dead_letters`,
  );
  return row as Waiting;
}
