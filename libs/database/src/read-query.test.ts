import { newId } from '@tidegate/database/ids';
import { testSchema } from '@tidegate/testing/schema';

test('a read that fails leaves its connection and its statement usable, for reads and for transactions', async () => {
  const { tenants, close } = await testSchema('', { poolSize: 1 });
  const reads = tenants.reader({ orgId: newId() });
  const share = 'select 12 / $1::int as share';
  const inTransaction = (by: number) => tenants.as({}, (tx) => tx.query(share, [by]));
  for (const attempt of [1, 2]) {
    await expect(reads.query(share, [0])).rejects.toThrow('division by zero');
    expect(await reads.query(share, [attempt])).toEqual([{ share: 12 / attempt }]);
    await expect(reads.query(share, [0])).rejects.toThrow('division by zero');
    expect(await inTransaction(attempt)).toEqual([{ share: 12 / attempt }]);
  }
  await expect(reads.query('select * from nowhere')).rejects.toThrow('does not exist');
  await expect(reads.query('select * from nowhere')).rejects.toThrow('does not exist');
  await close();
});

test('a single statement writes and is remembered, sees no row of an organisation, and leaves its connection usable', async () => {
  const { tenants, sql, close } = await testSchema(
    `create table owned (org_id uuid not null, id int not null);
     select tidegate.protect('owned');
     create table kept (id int primary key);
     grant select, insert, delete on owned, kept to test_every;`,
    { poolSize: 1 },
  );
  await sql('insert into owned values ($1, 1)', [newId()]);
  await tenants.statement('insert into kept values ($1)', [7]);
  await expect(tenants.statement('insert into kept values ($1)', [7])).rejects.toThrow('duplicate key');
  expect(await tenants.statement('select id from kept')).toEqual([{ id: 7 }]);
  expect(await tenants.statement('select id from owned')).toEqual([]);
  await expect(tenants.as({}, (tx) => tx.query('select 1').then(() => tenants.statement('select 1')))).rejects.toThrow(
    'A second connection is taken',
  );
  await close();
});

test('rows are read as their statement was first described, with and without rows, until it changes', async () => {
  const { tenants, sql, close } = await testSchema(
    `create table things (id int primary key, made timestamptz, name text);
     grant select, insert on things to test_every;`,
    { poolSize: 1 },
  );
  const reads = tenants.reader({});
  const all = () => reads.query('select * from things order by id');
  expect(await all()).toEqual([]);
  const insert = 'insert into things values ($1, $2, $3)';
  const made = new Date('2026-11-30T08:00:00Z');
  for (const id of [1, 2]) expect(await tenants.statement(insert, [id, made, id === 1 ? null : 'two'])).toEqual([]);
  const rows = [
    { id: 1, made, name: null },
    { id: 2, made, name: 'two' },
  ];
  for (const _again of [1, 2]) expect(await all()).toEqual(rows);
  await sql("alter table things add column kind text not null default 'old'");
  await expect(all()).rejects.toThrow('cached plan must not change result type');
  for (const _again of [1, 2]) expect(await all()).toEqual(rows.map((row) => ({ ...row, kind: 'old' })));
  // A value that cannot be written is an error of the query, and of no other.
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  await expect(reads.query('select $1::text as text', [loop])).rejects.toThrow('circular');
  expect(await reads.query('select $1::text as text', ['fine'])).toEqual([{ text: 'fine' }]);
  await close();
});
