import { newId } from '@tidegate/database/ids';
import { testSchema } from '@tidegate/testing/schema';
import { writeCursor } from './paging.ts';
import { NEVER, sorting, WITHOUT_END } from './sorting.ts';

/* Lists in an order of somebody's choice: every row once, whatever else is equal, unknown, or comes meanwhile. */
const SORTS = ['made', 'name', 'used', 'until', 'size', 'total'] as const;
type Sort = (typeof SORTS)[number] | `-${(typeof SORTS)[number]}`;
const ORDERS = sorting<Sort>(
  {
    made: {},
    name: { key: 'lower(name)', as: 'text' },
    used: { key: `coalesce(used_at, ${NEVER})`, as: 'time' },
    until: { key: `coalesce(until_at, ${WITHOUT_END})`, as: 'time' },
    size: { key: 'size', as: 'number', down: true },
    total: { key: 'total', as: 'whole' },
  },
  { column: 'id', as: 'uuid' },
);

const { tenants, sql, close } = await testSchema(
  `create table things (id uuid primary key, name text, used_at timestamptz, until_at timestamptz, size numeric, total bigint);
   comment on table things is 'no-tenant: a test';
   grant select on things to test_every;`,
);
afterAll(close);

const reader = tenants.reader({});
async function page(sort: Sort, cursor?: string, limit = 3, only = 'true') {
  const place = ORDERS.place({ sort, limit, cursor });
  const params: unknown[] = [];
  const rows = await reader.query<{ id: string; sort_key: string; sort_id: string }>(
    `select id, ${place.key} from things where ${only} ${place.rest(params)}`,
    params,
  );
  return place.page(rows, ({ id }) => id);
}

async function pages(sort: Sort): Promise<string[]> {
  const all: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const read = await page(sort, cursor);
    expect(read.items.length).toBeLessThanOrEqual(3);
    all.push(...read.items);
    cursor = read.nextCursor;
    if (!cursor) return all;
  }
}

const add = (name: string, at: string | null, size: string, total: number) =>
  sql('insert into things values ($1, $2, $3, $3, $4, $5)', [newId(), name, at, size, total]);

beforeAll(async () => {
  const at = ['2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00.000002Z', null, '2025-12-31T23:00:00Z'];
  const names = ['Ada', 'ada', 'O\'Brien \\ " 😀', '', '%_'];
  const sizes = ['1.25', '1.3', '-10', '-5', '123456789012345678901234567890.5'];
  for (let n = 0; n < 20; n += 1)
    await add(names[n % 5] as string, at[n % 4] ?? null, sizes[(n * 3) % 5] as string, (n * 7) % 6);
});

test.each(SORTS)('every row is once on the pages by %s and by its reverse, equals by their ids', async (sort) => {
  const up = await pages(sort);
  expect(new Set(up).size).toBe(20);
  expect((await page(sort, undefined, 50)).items).toEqual(up);
  expect(await pages(`-${sort}`)).toEqual(up.toReversed());
});

test('numbers are compared as numbers, instants to the microsecond, and what is not known has its place', async () => {
  const column = async (sort: Sort, name: string) => {
    const ids = await pages(sort);
    const rows = await sql(`select id, ${name} as value from things`);
    const of = new Map(rows.map(({ id, value }) => [id, value]));
    return [...new Set(ids.map((id) => of.get(id)))];
  };
  expect(await column('size', 'size::text')).toEqual(['123456789012345678901234567890.5', '1.3', '1.25', '-5', '-10']);
  const micros = "to_char(used_at at time zone 'utc', 'SS.US')";
  expect(await column('used', micros)).toEqual([null, '00.000000', '00.000001', '00.000002']);
  expect((await column('until', micros)).at(-1)).toBeNull();
});

test('what comes and goes between two pages moves nothing that is on neither of them', async () => {
  const first = await page('size');
  const [gone] = first.items;
  const expected = (await pages('size')).slice(3);
  await sql('delete from things where id = $1', [gone]);
  await sql("insert into things values ($1, 'first', null, null, 1e40, 0)", [newId()]);
  const rest: string[] = [];
  for (let cursor = first.nextCursor; cursor; ) {
    const read = await page('size', cursor);
    rest.push(...read.items);
    cursor = read.nextCursor;
  }
  expect(rest).toEqual(expected);
});

test.each([
  ['of another order', 'name', writeCursor('-name', 'ada', newId())],
  ['of another list', 'name', writeCursor('ada', newId())],
  ['a number that is none', 'size', writeCursor('size', 'NaN', newId())],
  ['a number that is too long', 'total', writeCursor('total', '9'.repeat(30), newId())],
  ['an instant that is none', 'used', writeCursor('used', 'infinity', newId())],
  ['an instant that there is not', 'used', writeCursor('used', '2026-02-30T99:00:00Z', newId())],
  ['SQL', 'size', writeCursor('size', '1); drop table things', newId())],
  ['no id', 'name', writeCursor('name', 'ada', "' or true")],
  ['no text', 'name', writeCursor('name', 'a\0', newId())],
] as const)('a cursor with %s is refused', (_, sort, cursor) => {
  expect(() => ORDERS.place({ sort, limit: 3, cursor })).toThrow(
    expect.objectContaining({
      code: 'validation_failed',
      data: { errors: [expect.objectContaining({ field: '/cursor', code: 'invalid_cursor' })] },
    }),
  );
});

test('a cursor of another order says of which one it is not', () => {
  expect(() => ORDERS.place({ sort: 'name', limit: 3, cursor: writeCursor('-size', '1', newId()) })).toThrow(
    expect.objectContaining({
      data: { errors: [expect.objectContaining({ params: { sort: 'name' } })] },
    }),
  );
});
