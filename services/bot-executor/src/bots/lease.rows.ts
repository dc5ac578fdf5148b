import type { Tx } from '@tidegate/database/tx';

/** The right to run a bot, until `LEASE_SECONDS` after it was taken. */
export interface Lease {
  bot_id: string;
  org_id: string;
  fence: string;
}

const LEASE_SECONDS = 60;
const MAX_PAUSE_SECONDS = 300;

/** A bot keeps its lease when it stops, so that its fence only ever grows. */
export const enqueue = (tx: Tx, botId: string): Promise<unknown> =>
  tx.query(
    `insert into bot_leases (bot_id, org_id) values ($1, $2)
     on conflict (bot_id) do update set due_at = now(), failures = 0`,
    [botId, tx.orgId],
  );

export const dequeue = (tx: Tx, botId: string): Promise<unknown> =>
  tx.query("update bot_leases set due_at = 'infinity', expires_at = '-infinity' where bot_id = $1", [botId]);

export const deleteLease = (tx: Tx, botId: string): Promise<unknown> =>
  tx.query('delete from bot_leases where bot_id = $1', [botId]);

/** Bots that wait for candles need not wait any longer. */
export const wakeBots = (tx: Tx, orgId: string | undefined): Promise<unknown> =>
  tx.query(
    'update bot_leases set due_at = now() where org_id = $1 and due_at > now() and isfinite(due_at) and failures = 0',
    [orgId],
  );

/** Bots that are due and that nobody runs. Replicas that try at the same time get different ones. */
export const takeLeases = (tx: Tx, most: number): Promise<Lease[]> =>
  tx.query<Lease>(
    `update bot_leases set fence = fence + 1, expires_at = now() + make_interval(secs => $2)
      where bot_id in (select bot_id from bot_leases where due_at <= now() and expires_at < now()
                        order by due_at limit $1 for update skip locked)
      returning bot_id, org_id, fence`,
    [most, LEASE_SECONDS],
  );

/** True while the lease is still ours. Held until the transaction ends, so nobody takes over in between. */
export async function holdsLease(tx: Tx, { bot_id, fence }: Lease): Promise<boolean> {
  const held = await tx.one('select 1 from bot_leases where bot_id = $1 and fence = $2 for update', [bot_id, fence]);
  return held !== undefined;
}

/** Gives the bot back, due again after some seconds. */
export const giveBack = (tx: Tx, { bot_id, fence }: Lease, seconds: number): Promise<unknown> =>
  tx.query(
    `update bot_leases set due_at = now() + make_interval(secs => $3), expires_at = '-infinity', failures = 0
      where bot_id = $1 and fence = $2 and isfinite(due_at)`,
    [bot_id, fence, seconds],
  );

/** After a failure: later each time. */
export const postpone = (tx: Tx, { bot_id, fence }: Lease): Promise<unknown> =>
  tx.query(
    `update bot_leases set failures = failures + 1, expires_at = '-infinity',
            due_at = now() + make_interval(secs => least($3, power(2, least(failures, 16))))
      where bot_id = $1 and fence = $2 and isfinite(due_at)`,
    [bot_id, fence, MAX_PAUSE_SECONDS],
  );
