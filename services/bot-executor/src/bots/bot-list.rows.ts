import type { BotSort } from '@tidegate/contracts/bot-executor/bot-lists';
import type { BotStatus } from '@tidegate/contracts/bot-executor/bots';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';
import { TRADE_COLUMNS, type TradeRow } from '../trades/trade.rows.ts';
import { BOT_COLUMNS, type BotRow } from './bot.rows.ts';

export interface ListedBot extends BotRow, SortedRow {
  ran_at: Date | null;
}

export const BOT_ORDERS = sorting<BotSort>(
  {
    newest: { down: true },
    name: { key: 'lower(name)', as: 'text' },
    profit: { key: 'trim_scale(profit)', as: 'number', down: true },
    trades: { key: 'closed_trades', as: 'number', down: true },
  },
  { column: 'id', as: 'uuid' },
);

export interface BotFilter {
  status?: BotStatus | undefined;
  market?: string | undefined;
  search?: string | undefined;
}

const FOUND = `org_id = $1 and ($2::text is null or settings->>'market' = $2)
        and ($3::text is null or position(lower($3) in lower(name)) > 0)`;

export function listBotRows(tx: Tx, place: Place, { status, market, search }: BotFilter): Promise<ListedBot[]> {
  const params = [tx.orgId, market ?? null, search ?? null, status ?? null];
  return tx.query<ListedBot>(
    `select ${BOT_COLUMNS}, ${place.key}, (select ran_at from bot_leases l where l.bot_id = bots.id) as ran_at
       from bots where ${FOUND} and ($4::text is null or status = $4) ${place.rest(params)}`,
    params,
  );
}

export const countBotsByStatus = (tx: Tx, { market, search }: Pick<BotFilter, 'market' | 'search'>) =>
  tx.query<{ kind: BotStatus; count: number }>(
    `select status as kind, count(*)::int as count from bots where ${FOUND} group by 1`,
    [tx.orgId, market ?? null, search ?? null],
  );

/** By their bot. */
export async function openTradesOf(tx: Tx, botIds: readonly string[]): Promise<Map<string, TradeRow>> {
  if (botIds.length === 0) return new Map();
  const rows = await tx.query<TradeRow>(
    `select ${TRADE_COLUMNS} from trades where org_id = $1
        and id in (select open_trade_id from bots where org_id = $1 and id = any($2::uuid[]))`,
    [tx.orgId, botIds],
  );
  return new Map(rows.map((row) => [row.bot_id, row]));
}

export type SummedBot = Pick<
  BotRow,
  'id' | 'status' | 'settings' | 'market_rules' | 'closed_trades' | 'profit' | 'last_price' | 'open_trade_id'
>;

/** Every bot, with what its totals are made of. */
export const allBotRows = (tx: Tx): Promise<SummedBot[]> =>
  tx.query<SummedBot>(
    `select id, status, settings, market_rules, closed_trades, trim_scale(profit)::text as profit,
            trim_scale(last_price)::text as last_price, open_trade_id from bots where org_id = $1`,
    [tx.orgId],
  );
