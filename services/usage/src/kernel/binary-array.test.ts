import { connectDatabase } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { closing } from '@tidegate/testing/closing';
import { testDatabase } from '@tidegate/testing/database';
import { instants, int4s, int8s, texts, uuids } from './binary-array.ts';

const same = <T>(value: T): T => value;

async function echo(type: string, array: Buffer): Promise<unknown> {
  const row = await (await database()).as({}, (tx) =>
    tx.one<{ texts: unknown; dims: string | null }>(`select $1::${type}[]::text[] as texts, array_dims($1) as dims`, [
      array,
    ]),
  );
  return row?.texts;
}
let opened: Promise<TenantDatabase> | undefined;
function database(): Promise<TenantDatabase> {
  opened ??= testDatabase({ schema: 'arrays', folders: [] }).then(async (made) => {
    const dataSource = await connectDatabase(made.login);
    closing(() => dataSource.destroy().then(made.drop));
    return new TenantDatabase(dataSource);
  });
  return opened;
}

test('PostgreSQL reads what was written, at every edge', async () => {
  const ids = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-4fff-bfff-fffffffffffe', undefined];
  expect(await echo('uuid', uuids([...ids, 'ABCDEF0123456789abcdef0123456789'], same))).toEqual([
    ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-4fff-bfff-fffffffffffe', null],
    'abcdef01-2345-6789-abcd-ef0123456789',
  ]);
  const small = [0, -1, 1, 2_147_483_647, -2_147_483_648];
  expect(await echo('int4', int4s(small, same))).toEqual(small.map(String));
  const large = [0, -1, 4_294_967_295, 4_294_967_296, -4_294_967_296, -4_294_967_297, 2 ** 53 - 1, -(2 ** 53) + 1];
  expect(await echo('int8', int8s(large, same))).toEqual(large.map(String));
  const words = ['', 'calls', 'ä', '漢字', '😀 "x" \\ {,} NULL', null, 'x'.repeat(70_000)];
  expect(await echo('text', texts(words, same))).toEqual(words);
  expect([await echo('text', texts([], same)), await echo('uuid', uuids([], same))]).toEqual([[], []]);
});

test('instants before and after 2000 are those of the database, to the millisecond', async () => {
  const given = [
    '1999-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00.001Z',
    '2026-11-29T07:00:40.745Z',
    '2000-01-01T00:00:00Z',
  ];
  const row = await (await database()).as({}, (tx) =>
    tx.one('select $1::timestamptz[] = $2::timestamptz[] as same', [
      instants(given, (text) => Date.parse(text)),
      `{${given.join(',')}}`,
    ]),
  );
  expect(row).toEqual({ same: true });
});
