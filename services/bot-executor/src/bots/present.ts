import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { isUuid } from '@tidegate/database/ids';

/** The row, or the answer that is the same for what never was and for what belongs to others. */
export function present<T>(row: T | undefined): T {
  if (row === undefined) throw notFound();
  return row;
}

const strange = () => invalid('/cursor', 'invalid_cursor', 'Send the nextCursor of the page before, unchanged.');

export function idCursor(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !isUuid(cursor)) throw strange();
  return cursor;
}

export function numberCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,9}$/.test(cursor)) throw strange();
  return Number(cursor);
}

/** A page of rows, with the cursor for the next one when it is full. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
  position: (row: Row) => string | number,
): { items: Item[]; nextCursor?: string } {
  const last = rows.at(-1);
  const items = rows.map(toItem);
  return last !== undefined && rows.length === limit ? { items, nextCursor: String(position(last)) } : { items };
}
