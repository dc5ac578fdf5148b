import { invalid } from '@tidegate/contracts/kernel/problem';
import { isUuid } from '@tidegate/database/ids';

/** Lists go by id, newest first, because ids are time-ordered; the cursor is the last id of the page before. */
export function cursorId(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !isUuid(cursor)) {
    throw invalid('/cursor', 'invalid_cursor', 'Send the nextCursor of the page before, or none for the first page');
  }
  return cursor;
}

/** Takes one row more than asked for, to know whether there is another page. */
export function pageOf<Row extends { id: string }, Item>(rows: Row[], limit: number, toWire: (row: Row) => Item) {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map((row) => toWire(row)), ...(last ? { nextCursor: last.id } : {}) };
}
