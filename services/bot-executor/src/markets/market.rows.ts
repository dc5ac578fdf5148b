import type { Market } from '@tidegate/contracts/bot-executor/markets';
import { invalid, notFound, unavailable } from '@tidegate/contracts/kernel/problem';
import { isLockTimeout } from '@tidegate/database/partitions';
import type { Tx } from '@tidegate/database/tx';
import { MAX_TICKS } from '../kernel/candle-series.rules.ts';
import { findMarket, MARKETS } from './built-in-markets.ts';
import { type MarketRules, type MarketTerms, priceText, rulesOf, termsOf } from './markets.rules.ts';

const REQUEST_WAITS = '3s';

/*
 * An organisation's own markets take precedence over those of Tidegate: a name that a later release adds keeps its
 * meaning.
 */
const COLUMNS = `market, version, base, quote, tick_size as "tickSize", lot_size as "lotSize",
  min_quantity as "minQuantity", min_notional as "minNotional", fee_percent as "feePercent",
  maintenance_margin_percent as "maintenanceMarginPercent", false as bundled`;

/** In its newest version, or in the one given. */
export async function findOwnMarket(tx: Tx, name: string, version?: number): Promise<MarketRules | undefined> {
  const terms = await tx.one<MarketTerms>(
    `select ${COLUMNS} from markets where org_id = $1 and market = $2 and ($3::int is null or version = $3)
      order by version desc limit 1`,
    [tx.orgId, name, version ?? null],
  );
  return terms && rulesOf(terms);
}

export async function listOwnMarkets(tx: Tx): Promise<MarketRules[]> {
  const rows = await tx.query<MarketTerms>(
    `select distinct on (market) ${COLUMNS} from markets where org_id = $1 order by market, version desc`,
    [tx.orgId],
  );
  return rows.map(rulesOf);
}

export async function insertMarket(tx: Tx, terms: MarketTerms): Promise<void> {
  await tx.query(
    `insert into markets (org_id, market, version, base, quote, tick_size, lot_size, min_quantity, min_notional,
       fee_percent, maintenance_margin_percent) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      tx.orgId,
      terms.market,
      terms.version,
      terms.base,
      terms.quote,
      terms.tickSize,
      terms.lotSize,
      terms.minQuantity,
      terms.minNotional,
      terms.feePercent,
      terms.maintenanceMarginPercent,
    ],
  );
}

export const deleteOwnMarket = (tx: Tx, name: string): Promise<unknown> =>
  tx.query('delete from markets where org_id = $1 and market = $2', [tx.orgId, name]);

/** Other changes of markets and imports of the organisation wait until the transaction ends. */
export const lockMarkets = (tx: Tx): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`candles ${tx.orgId}`]);

/** For a request: it does not hold a connection while it waits for a large file to be stored. */
export async function lockMarketsSoon(tx: Tx): Promise<void> {
  const [row] = await tx.query<{ before: string }>("select current_setting('lock_timeout') as before");
  const within = (time: string) => tx.query("select set_config('lock_timeout', $1, true)", [time]);
  await within(REQUEST_WAITS);
  try {
    await lockMarkets(tx);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw unavailable(
      { retryAfterSeconds: 5 },
      'Candles of this organisation are being stored. Try again in a moment.',
    );
  }
  await within(row?.before ?? '0');
}

/** Whether anything is stored in its ticks and lots, or will be. */
export async function isInUse(tx: Tx, name: string): Promise<boolean> {
  const row = await tx.one<{ used: boolean }>(
    `select exists (select 1 from imported_chunks where org_id = $1 and market = $2)
         or exists (select 1 from bots where org_id = $1 and settings->>'market' = $2) as used`,
    [tx.orgId, name],
  );
  return row?.used ?? false;
}

export const toWire = (market: MarketRules, custom: boolean): Market => ({
  ...termsOf(market),
  custom,
  maxPrice: priceText(market, BigInt(MAX_TICKS - 1)),
});

/** The market that a caller named, or the answer that there is none. */
export async function marketNamed(tx: Tx, name: string, version?: number): Promise<MarketRules> {
  const market = (await findOwnMarket(tx, name, version)) ?? findMarket(name, version);
  if (!market) throw notFound({}, `There is no such market. GET /api/v1/markets lists them; POST creates one.`);
  return market;
}

/** The market of the settings, or a refusal that names the field. */
export async function marketFor(tx: Tx, settings: { market: string }): Promise<MarketRules> {
  const market = (await findOwnMarket(tx, settings.market)) ?? findMarket(settings.market);
  if (market) return market;
  const known = [...(await listOwnMarkets(tx)), ...MARKETS].map((one) => one.market).join(', ');
  throw invalid('/settings/market', 'unknown_market', 'There are {known}. POST /api/v1/markets creates another.', {
    known,
  });
}
