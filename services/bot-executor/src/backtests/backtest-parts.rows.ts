import type { Tx } from '@tidegate/database/tx';

/** Trades or fills in a row of a backtest. */
export const PART = 500;
/** Rows in a statement: about a megabyte. */
const AT_ONCE = 10;

type What = 'trades' | 'fills';

export async function saveParts(tx: Tx, id: string, what: What, texts: readonly string[]): Promise<void> {
  for (let at = 0; at < texts.length; at += AT_ONCE) {
    await tx.query(
      `insert into backtest_parts (org_id, backtest_id, what, part, items)
       select $1, $2, $3, $4 + ordinality - 1, items from unnest($5::jsonb[]) with ordinality as p (items, ordinality)`,
      [tx.orgId, id, what, at, texts.slice(at, at + AT_ONCE)],
    );
  }
}

export interface Numbered<Item> {
  item: Item;
  position: number;
}

/** Trades or fills of a backtest in their order, those after the place `after`. */
export async function partOf<Item>(
  tx: Tx,
  id: string,
  what: What,
  limit: number,
  after: number,
): Promise<Numbered<Item>[]> {
  const [first, last] = [Math.floor(after / PART), Math.floor((after + limit - 1) / PART)];
  const rows = await tx.query<PartRow<Item>>(
    `select part, items from backtest_parts
      where org_id = $1 and backtest_id = $2 and what = $3 and part between $4 and $5 order by part`,
    [tx.orgId, id, what, first, last],
  );
  return numbered(rows, after).slice(0, limit);
}

/** Fills of one trade. Trades follow each other, and so do their fills: most parts are left out by their ends. */
export async function fillsOfTrade<Item extends { trade: number }>(
  tx: Tx,
  id: string,
  trade: number,
  limit: number,
  after: number,
): Promise<Numbered<Item>[]> {
  const rows = await tx.query<PartRow<Item>>(
    `select part, items from backtest_parts
      where org_id = $1 and backtest_id = $2 and what = 'fills' and part >= $4
        and (items->0->>'trade')::int <= $3 and (items->-1->>'trade')::int >= $3 order by part`,
    [tx.orgId, id, trade, Math.floor(after / PART)],
  );
  return numbered(rows, after)
    .filter(({ item }) => item.trade === trade)
    .slice(0, limit);
}

interface PartRow<Item> {
  part: number;
  items: Item[];
}

const numbered = <Item>(rows: readonly PartRow<Item>[], after: number): Numbered<Item>[] =>
  rows
    .flatMap(({ part, items }) => items.map((item, index) => ({ item, position: part * PART + index + 1 })))
    .filter(({ position }) => position > after);
