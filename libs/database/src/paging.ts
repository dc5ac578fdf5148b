import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { isUuid } from './ids.ts';

/*
 * One format of cursors for every list. A cursor contains the keys of the last item of its page, in the order of the
 * list's `order by`: JSON in base64url, opaque to callers. A handler reads one row more than was asked for
 * (`limit + 1`), so that a page which is exactly full and the last has no cursor:
 *
 *   const after = readCursor(input.cursor, 'text', 'uuid');           // [name, id] or undefined
 *   const rows = await listRows(tx, input.limit + 1, after);          // where (name, id) > ($1, $2)
 *   return pageOf(rows, input.limit, toWire, (row) => [row.name, row.id]);
 */
interface Keys {
  uuid: string;
  /** From 0 on, as far as Postgres' integer goes. */
  int: number;
  text: string;
  /** An instant as Postgres or JavaScript writes it; microseconds are kept. */
  time: string;
}
type Kind = keyof Keys;
type KeysOf<K extends readonly Kind[]> = { -readonly [At in keyof K]: Keys[K[At]] };

interface Asked {
  limit: number;
  cursor?: string | undefined;
}

const MAX_INT = 2_147_483_647;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** Whether a value of a cursor is one of the kind. */
export const FITS: { [K in Kind]: (value: unknown) => boolean } = {
  uuid: (value) => typeof value === 'string' && isUuid(value),
  int: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_INT,
  text: (value) => typeof value === 'string' && value.isWellFormed() && !value.includes('\0'),
  // Of a day that there is: JavaScript takes 30 February for the second of March, and Postgres refuses it.
  time: (value) =>
    typeof value === 'string' &&
    TIME.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(value).toISOString().startsWith(value.slice(0, 10)),
};

/** The keys after which the page starts; undefined for the first page. Anything that we did not write is refused. */
export function readCursor<const K extends readonly Kind[]>(
  cursor: string | undefined,
  ...kinds: K
): KeysOf<K> | undefined {
  if (cursor === undefined) return undefined;
  const keys = parse(cursor);
  if (!Array.isArray(keys) || keys.length !== kinds.length || !kinds.every((kind, at) => FITS[kind](keys[at]))) {
    throw invalid(
      '/cursor',
      'invalid_cursor',
      'Send the nextCursor of the page before, unchanged, or none for the first page.',
    );
  }
  return keys as unknown as KeysOf<K>;
}

export function writeCursor(...keys: (string | number)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** SQL of an instant as a cursor holds it: to the microsecond, which JavaScript's dates do not have. */
export const cursorTime = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** A page of at most `limit` of the rows, of which there is one more when another page follows. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toWire: (row: Row) => Item,
  keysOf: (row: Row) => (string | number)[],
): { items: Item[]; nextCursor?: string } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(toWire);
  return rows.length > limit && last !== undefined ? { items, nextCursor: writeCursor(...keysOf(last)) } : { items };
}

/** The row, or a 404 that is the same for what never existed and for what belongs to others. */
export function orNotFound<Row>(row: Row | undefined): Row {
  if (row === undefined) throw notFound();
  return row;
}

/** For rankings, which page by position: how many are skipped, and how many are read. */
export function placeOf({ limit, cursor }: Asked): { from: number; count: number } {
  const [from] = readCursor(cursor, 'int') ?? [0];
  return { from, count: limit + 1 };
}

/** A page of what was read from a position on. */
export function rankedPage<Item>(rows: readonly Item[], asked: Asked): { items: Item[]; nextCursor?: string } {
  const { from } = placeOf(asked);
  return pageOf(
    rows,
    asked.limit,
    (item) => item,
    () => [from + asked.limit],
  );
}

/** A page of a list that is in memory as a whole. */
export function slicePage<Item>(all: readonly Item[], asked: Asked): { items: Item[]; nextCursor?: string } {
  const { from, count } = placeOf(asked);
  return rankedPage(all.slice(from, from + count), asked);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
