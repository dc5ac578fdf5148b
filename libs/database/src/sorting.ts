import { invalid } from '@tidegate/contracts/kernel/problem';
import { cursorTime, FITS, pageOf, readCursor } from './paging.ts';

/*
 * Lists that are sorted by what somebody chose, page by page. A rows file says by what, in SQL of its own: nothing of a
 * request ever becomes part of a statement.
 *
 *   const ORDERS = sorting<MemberSort>({ name: { key: 'lower(u.name)', as: 'text' }, … }, { column: 'm.user_id', as: 'uuid' });
 *
 *   const place = ORDERS.place(input);                               // refuses cursors of another order
 *   const params = [tx.orgId];
 *   const rows = await tx.query(`select …, ${place.key} from … where m.org_id = $1 ${place.rest(params)}`, params);
 *   return place.page(rows, toWire);
 *
 * The id decides between equals, so that no row is on two pages or on none while others come and go.
 */
const TYPES = { text: 'text', time: 'timestamptz', number: 'numeric', whole: 'bigint' } as const;

export interface Order {
  /** An expression that is never null: what is not known stands where its list wants it. */
  key: string;
  /** `whole`: a bigint, whose index is read. */
  as: keyof typeof TYPES;
  /** The highest first, where the name of the order means that: `profit`. A minus turns it around. */
  down?: boolean;
}

/** Of a list whose ids are in the order of creation: nothing has to be compared but them. */
export interface IdOrder {
  key?: undefined;
  down?: boolean;
}

export interface Asked<S extends string> {
  sort: S;
  limit: number;
  cursor?: string | undefined;
}

/** What `place.key` adds to a row. */
export interface SortedRow {
  sort_key: string;
  sort_id: string;
}

export interface Place {
  /** Of the list of columns. */
  key: string;
  /** Of a statement that ends with a condition: where the page begins, its order and one row more than it has. Adds to the parameters. */
  rest: (params: unknown[]) => string;
  page: <Row extends SortedRow, Item>(
    rows: readonly Row[],
    toWire: (row: Row) => Item,
  ) => { items: Item[]; nextCursor?: string };
}

/** Before any instant that something happened at, and after any. Both are years that cursors have. */
export const NEVER = "timestamptz '0001-01-01 00:00:00+00'";
export const WITHOUT_END = "timestamptz '9999-12-31 00:00:00+00'";

const DECIMAL = /^-?\d{1,60}(\.\d{1,40})?$/;
const FITTING: Record<Order['as'], (key: string) => boolean> = {
  text: FITS.text,
  time: FITS.time,
  number: (key) => DECIMAL.test(key),
  whole: (key) => /^-?\d{1,18}$/.test(key),
};

export interface Sorting<S extends string> {
  /** Where a page begins, and in which order it goes on; a cursor of another order is refused. */
  place: (asked: Asked<S>) => Place;
}

/** As many orders as there are names without a minus. */
export type Plain<S extends string> = S extends `-${string}` ? never : S;

export function sorting<S extends string>(
  orders: Record<Plain<S>, Order | IdOrder>,
  id: { column: string; as: 'uuid' | 'text' },
): Sorting<S> {
  return { place: (asked) => placeIn(orders, id, asked) };
}

function placeIn<S extends string>(
  orders: Record<Plain<S>, Order | IdOrder>,
  id: { column: string; as: 'uuid' | 'text' },
  { sort, limit, cursor }: Asked<S>,
): Place {
  const isTurned = sort.startsWith('-');
  const order: Order | IdOrder = orders[(isTurned ? sort.slice(1) : sort) as Plain<S>];
  const own = order.key === undefined ? undefined : order;
  const isDown = (order.down ?? false) !== isTurned;
  const [of, after, afterId] = readCursor(cursor, 'text', 'text', id.as) ?? [sort];
  // Keys of one order mean nothing in another.
  if (of !== sort || (after !== undefined && own && !FITTING[own.as](after))) {
    throw invalid('/cursor', 'invalid_cursor', 'This cursor is not one of sort={sort}. Begin with the first page.', {
      sort,
    });
  }
  const key = own && `(${own.key})::${TYPES[own.as]}`;
  const shown = own ? (own.as === 'time' ? cursorTime(own.key) : `(${own.key})::text`) : "''";
  const direction = isDown ? 'desc' : 'asc';
  return {
    key: `${shown} as sort_key, ${id.column} as sort_id`,
    rest: (params) => {
      const param = (value: unknown, type: string) => `$${params.push(value)}::${type}`;
      const compared = isDown ? '<' : '>';
      const begins = () =>
        own && key
          ? `and (${key}, ${id.column}) ${compared} (${param(after, TYPES[own.as])}, ${param(afterId, id.as)})`
          : `and ${id.column} ${compared} ${param(afterId, id.as)}`;
      const where = afterId === undefined ? '' : begins();
      const by = [...(key ? [key] : []), id.column].map((one) => `${one} ${direction}`).join(', ');
      return `${where} order by ${by} limit ${param(limit + 1, 'int')}`;
    },
    page: (rows, toWire) => pageOf(rows, limit, toWire, (row) => [sort, row.sort_key, row.sort_id]),
  };
}
