import type { Tx } from '@tidegate/database/tx';

/** As old as what it has traded; its orders are nobody's to pay. */
export const markBot = (tx: Tx, id: string, createdAt: Date): Promise<unknown> =>
  tx.query('update bots set demo = true, created_at = $3 where org_id = $1 and id = $2', [tx.orgId, id, createdAt]);

export interface DemoCounts {
  candles: number;
  bots: number;
  trades: number;
  backtests: number;
  sweeps: number;
}

/** What there is, and whether nothing of it is still being worked on. */
export async function demoState(tx: Tx): Promise<{ counts: DemoCounts; ready: boolean }> {
  const row = await tx.one<DemoCounts & { ready: boolean }>(
    `select (select coalesce(sum(candles), 0)::int from imported_chunks where org_id = $1) as candles,
            (select count(*)::int from bots where org_id = $1) as bots,
            (select count(*)::int from trades where org_id = $1) as trades,
            (select count(*)::int from backtests where org_id = $1) as backtests,
            (select count(*)::int from sweeps where org_id = $1) as sweeps,
            not exists (select from work_queue where org_id = $1)
              and not exists (
                select from bots b join bot_leases l on l.bot_id = b.id
                 where b.org_id = $1 and isfinite(l.due_at) and b.decided_up_to is distinct from (
                   select max(c.last_at) from imported_chunks c
                    where c.org_id = $1 and c.market = b.settings ->> 'market' and c.interval = b.interval)) as ready`,
    [tx.orgId],
  );
  if (!row) throw new Error('A query without a table answers a row.');
  const { ready, ...counts } = row;
  return { counts, ready };
}
