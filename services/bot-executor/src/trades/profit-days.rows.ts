import { PROFIT_DAYS } from '@tidegate/contracts/bot-executor/bot-lists';
import type { Tx } from '@tidegate/database/tx';
import type { MarketRules } from '../markets/markets.rules.ts';
import { moneyText } from '../markets/markets.rules.ts';
import type { ProfitOfDay } from './profit-days.rules.ts';

/*
 * What a bot earned on each day, as its page in a list draws it: added up when trades close, because a busy bot has tens of
 * thousands of them, and no more days than are drawn. Days before the newest ones go as others come.
 */
export async function addProfits(
  tx: Tx,
  { botId, market }: { botId: string; market: MarketRules },
  profits: ReadonlyMap<number, bigint>,
): Promise<void> {
  if (profits.size === 0) return;
  const newest = Math.max(...profits.keys());
  // A batch may be of more days than are stored.
  const days = [...profits].filter(([day]) => day > newest - PROFIT_DAYS);
  await tx.query(
    `insert into profit_days (org_id, bot_id, day, profit)
     select $1, $2, * from unnest($3::int[], $4::numeric[])
     on conflict (org_id, bot_id, day) do update set profit = profit_days.profit + excluded.profit`,
    [tx.orgId, botId, days.map(([day]) => day), days.map(([, profit]) => moneyText(market, profit))],
  );
  await tx.query('delete from profit_days where org_id = $1 and bot_id = $2 and day <= $3', [
    tx.orgId,
    botId,
    newest - PROFIT_DAYS,
  ]);
}

/** By their bot. */
export async function profitDaysOf(tx: Tx, botIds: readonly string[]): Promise<Map<string, ProfitOfDay[]>> {
  if (botIds.length === 0) return new Map();
  const rows = await tx.query<ProfitOfDay & { bot_id: string }>(
    `select bot_id, day, trim_scale(profit)::text as profit from profit_days
      where org_id = $1 and bot_id = any($2::uuid[])`,
    [tx.orgId, botIds],
  );
  return Map.groupBy(rows, (row) => row.bot_id);
}
