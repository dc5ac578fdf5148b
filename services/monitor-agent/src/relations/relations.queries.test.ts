import { until } from '@tidegate/testing/until';
import { useServer } from '../../test/fixture.ts';
import { ALL_VERSIONS } from '../../test/postgres-server.ts';
import { watch } from '../../test/watched.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { readInstance } from '../kernel/instance/instance.queries.ts';
import { readDatabases } from './databases.queries.ts';
import { KnownRelations, type RelationsSnapshot } from './known-relations.rules.ts';
import { type Counted, DATABASE_COUNTERS, INDEX_COUNTERS, TABLE_COUNTERS } from './readings.rules.ts';
import { readIndexes, readTables } from './relations.queries.ts';
import { readDatabaseSizes, readSizes } from './sizes.queries.ts';

describe.each(ALL_VERSIONS)('databases, tables and indexes of a real server ($name)', (binaries) => {
  const server = useServer(binaries, { settings: { log_lock_waits: 'on', deadlock_timeout: '100ms' } });
  let connection: ServerConnection;

  beforeAll(async () => {
    await server.sql(`create schema shop;
      create table shop.orders (id int primary key, customer int, note text);
      create index on shop.orders (customer, (lower(note))) include (id);
      create materialized view shop.totals as select 1 as x;
      create temp table hidden (x int);
      insert into shop.orders select g, g % 10, 'n' from generate_series(1, 1000) g;
      analyze shop.orders`);
    connection = await watch(server);
  });

  const known = ({ items, mark }: RelationsSnapshot<Counted>) => KnownRelations.of(items, mark);
  const table = async (name: string) => (await readTables(connection)).items.find((item) => item.name === name);

  test('the tables of the database with their counters', async () => {
    const counted = await until(
      async () => {
        const now = await table('orders');
        return now?.counters[TABLE_COUNTERS.indexOf('rows_inserted')] === 1_000 ? now : undefined;
      },
      { withinMs: 5_000 },
    );
    expect(counted).toMatchObject({ schema: 'shop', kind: 'table', estimatedRows: 1_000, deadRows: 0 });
    expect(counted.counters).toHaveLength(TABLE_COUNTERS.length);
    expect(counted.lastAnalyzeUs).not.toBeNull();
    const { items, known } = await readTables(connection);
    expect(items.map((item) => item.name).sort()).toEqual(['orders', 'totals']);
    expect(known).toBe(2);
  });

  test('indexes with their counters, shapes and sizes', async () => {
    const { items } = await readIndexes(connection);
    expect(items.map(({ name, unique, primary, valid }) => ({ name, unique, primary, valid }))).toEqual([
      { name: 'orders_pkey', unique: true, primary: true, valid: true },
      { name: expect.stringMatching(/^orders_customer/), unique: false, primary: false, valid: true },
    ]);
    expect(items[0]?.counters).toHaveLength(INDEX_COUNTERS.length);
    const orders = await table('orders');
    const sizes = await readSizes(connection, [orders?.oid ?? 0]);
    expect(sizes.stale.size).toBe(0);
    expect(sizes.tables.get(orders?.oid ?? 0)).toBeGreaterThan(8_192);
    expect(sizes.indexes.get(items[1]?.oid ?? 0)).toBeGreaterThanOrEqual(8_192);
    expect(sizes.shapes.get(items[1]?.oid ?? 0)).toMatchObject({
      method: 'btree',
      columns: ['customer', '(expression)'],
      facts: { keys: [2, 0], include: [1], expressions: expect.any(String), predicate: null, constraint: null },
    });
    const again = await readSizes(connection, [orders?.oid ?? 0], { shapedUpTo: items[0]?.oid ?? 0 });
    expect([...again.shapes.keys()]).toEqual([items[1]?.oid]);
    expect(again.indexesOf).toEqual(sizes.indexesOf);
    expect(sizes.indexesOf.get(orders?.oid ?? 0)).toBe([...sizes.indexes.values()].reduce((sum, one) => sum + one, 0));
  });

  test('of what is known only what has changed is answered, and what is gone', async () => {
    await server.sql(`create table shop.quiet (id int primary key);
      create table shop.dropped (id int primary key)`);
    let tables = await readTables(connection);
    let indexes = await readIndexes(connection);
    let [knownTables, knownIndexes] = [known(tables), known(indexes)];
    const dropped = tables.items.find(({ name }) => name === 'dropped');
    await server.sql(`drop table shop.dropped;
      alter table shop.quiet rename to renamed;
      create index late on shop.orders (note);
      insert into shop.orders values (1001, 1, 'n')`);
    tables = await until(
      async () => {
        const now = await readTables(connection, knownTables);
        const inserted = now.items.map(({ counters }) => counters[TABLE_COUNTERS.indexOf('rows_inserted')]);
        return inserted.includes(1_001) && now.gone.length > 0 ? now : undefined;
      },
      { withinMs: 5_000 },
    );
    expect(tables.items.map(({ name }) => name).sort()).toEqual(['orders', 'renamed']);
    expect(tables).toMatchObject({ known: 3, gone: [dropped?.oid] });
    indexes = await readIndexes(connection, knownIndexes);
    expect(indexes.items.map(({ name }) => name)).toEqual(expect.arrayContaining(['late', 'quiet_pkey']));
    expect(indexes.items.find(({ name }) => name === 'quiet_pkey')?.table).toBe('renamed');
    expect(indexes).toMatchObject({ known: 4, gone: [expect.any(Number)] });
    [knownTables, knownIndexes] = [knownTables.with(tables), knownIndexes.with(indexes)];
    expect(await readTables(connection, knownTables)).toMatchObject({ known: 3, items: [], gone: [] });
    expect(await readIndexes(connection, knownIndexes)).toMatchObject({ known: 4, items: [], gone: [] });
    await server.sql("update pg_index set indisvalid = false where indexrelid = 'shop.late'::regclass");
    indexes = await readIndexes(connection, knownIndexes);
    expect(indexes.items.map(({ name, valid }) => [name, valid])).toEqual([['late', false]]);
    knownIndexes = knownIndexes.with(indexes);
    // Read at every snapshot: nothing shows when somebody stops building it.
    expect((await readIndexes(connection, knownIndexes)).items.map(({ name }) => name)).toEqual(['late']);
    await server.sql(`drop table shop.renamed;
      drop index shop.late`);
  });

  test('whatever is done to a table shows, also where it leaves one counter only', async () => {
    await server.sql(
      `create schema odd; create table odd.empty (id int);
      create table odd.small (id int); create table odd.cut (id int);
      insert into odd.small select generate_series(1, 100); insert into odd.cut select generate_series(1, 100);
      vacuum (analyze) odd.small;`.replaceAll('; ', ';\n'),
    );
    const odd = async (before?: KnownRelations) => {
      const snapshot = await readTables(connection, before);
      return {
        ...snapshot,
        names: snapshot.items.flatMap(({ schema, name }) => (schema === 'odd' ? [name] : [])).sort(),
      };
    };
    const settle = async () => {
      let before = known(await odd());
      await until(async () => {
        const snapshot = await odd(before);
        before = before.with(snapshot);
        return snapshot.names.length === 0 && before.settledMark !== null;
      });
      return before;
    };
    for (const [name, sql] of [
      ['empty', 'select * from odd.empty'],
      ['small', 'vacuum odd.small'],
      ['small', 'analyze odd.small'],
      ['cut', 'truncate odd.cut'],
      ['small', 'vacuum full odd.small'],
      ['small', "select pg_stat_reset_single_table_counters('odd.small'::regclass)"],
      ['again', 'alter table odd.empty rename to again'],
      [
        'moved',
        'alter schema odd rename to even;\n alter table even.again rename to moved;\n alter schema even rename to odd',
      ],
    ] as const) {
      const before = await settle();
      await server.sql(sql);
      const shown = await until(
        async () => {
          const { names } = await odd(before);
          return names.length > 0 ? names : undefined;
        },
        { what: sql },
      );
      expect([sql, shown]).toEqual([sql, expect.arrayContaining([name])]);
    }
    await server.sql('drop schema odd cascade');
  });

  test('only what is made, renamed or dropped makes the catalogue be searched', async () => {
    const busy = await server.client();
    await busy.query('create table shop.counted (id int)');
    const before = await until(async () => {
      const first = known(await readTables(connection));
      const second = first.with(await readTables(connection, first));
      return second.settledMark === null ? undefined : second;
    });
    // Nothing is counted of what this session does, so the mark stands still and nobody snapshots.
    await busy.query('set track_counts = off');
    await busy.query('alter table shop.counted rename to unseen');
    expect(await readTables(connection, before)).toMatchObject({ items: [], gone: [] });
    expect((await readTables(connection)).items.map(({ name }) => name)).toContain('unseen');
    // What is made shows at once, however long the session keeps its counters.
    await busy.query('create table shop.made (id int)');
    const made = (await readTables(connection, before)).items.map(({ name }) => name);
    expect(made).toEqual(expect.arrayContaining(['made', 'unseen']));
    await busy.query('drop table shop.unseen, shop.made');
    await busy.end();
  });

  test('databases with their counters, ages and sizes', async () => {
    const { items: databases } = await readDatabases(connection, await readInstance(connection));
    expect(databases.map(({ name }) => name).sort()).toEqual(['postgres', 'template1']);
    for (const { counters } of databases) expect(counters).toHaveLength(DATABASE_COUNTERS.length);
    const sizes = await readDatabaseSizes(
      connection,
      databases.map(({ oid }) => oid),
    );
    for (const { oid } of databases) expect(sizes.get(oid)).toBeGreaterThan(1_000_000);
  });

  test('behaviour 10: a locked table is left out of the sizes; nothing of ours waits for its lock', async () => {
    const holder = await server.client();
    await server.sql('create table shop.free (id int)');
    const [orders, free] = [await table('orders'), await table('free')];
    await holder.query('begin; lock table shop.orders in access exclusive mode');
    // The lock is held until after the answers: a question that waited for it would have been cut off.
    const [sizes, seen, indexes] = await Promise.all([
      readSizes(connection, [orders?.oid ?? 0, free?.oid ?? 0]),
      readTables(connection),
      readIndexes(connection),
    ]);
    expect([...sizes.stale]).toEqual([orders?.oid]);
    expect(sizes.tables.get(free?.oid ?? 0)).toBe(0);
    expect(seen.items).toHaveLength(3);
    expect(indexes.items).toHaveLength(2);
    await holder.query('rollback');
    await holder.end();
    expect(server.log()).not.toMatch(/tidegate.*still waiting/);
  });

  test('a table that is locked in between costs one short wait and its own size only', async () => {
    const holder = await server.client();
    await holder.query('begin; lock table shop.orders in access exclusive mode');
    const [orders, free] = [await table('orders'), await table('free')];
    // The list of locks is made to snapshot empty, as it would a moment before the lock was taken.
    const blind = Object.assign(Object.create(connection) as ServerConnection, {
      rows: (text: string, values?: unknown[]) =>
        connection.rows(text.includes('pg_locks') ? 'select 0 where false' : text, values),
    });
    const sizes = await readSizes(blind, [free?.oid ?? 0, orders?.oid ?? 0]);
    expect([...sizes.stale]).toEqual([orders?.oid]);
    expect(sizes.tables.get(free?.oid ?? 0)).toBe(0);
    await holder.query('rollback');
    await holder.end();
  });
});
