import pg from 'pg';
import { startWatched, type WatchedPostgres } from './watched-postgres.ts';

/*
 * The server of the monitoring benches (monitoring.md 3.2 and 7): 1,000 tables with three indexes each, about 5,000
 * different statements of 760 bytes on average in pg_stat_statements, of which 300 are in use.
 *
 * Statements differ for PostgreSQL when they read another table or have another shape, so five shapes on each table.
 */
const TABLES = 1_000;
const SHAPES = 5;
const BUSY = 300;
const TEXT_BYTES = 760;
const ROWS = 20;
const TABLES_AT_ONCE = 50;

export const WATCHER = { password: 'watcher', database: 'shop' } as const;
/** Each server that is registered at the same address has a role of its own: nobody gets more than a few sessions. */
export const watcher = (number: number): string => `watcher${number}`;

export interface Fixture extends WatchedPostgres {
  shop: pg.ClientConfig & { host: string; port: number };
  /** Runs every statement that is in use once. */
  keepBusy(): Promise<void>;
  /** Runs a statement that was never seen. */
  runNew(): Promise<void>;
}

export async function startFixture(
  which: string | undefined,
  settings: Record<string, string | number> = {},
  watchers = 1,
): Promise<Fixture> {
  const server = await startWatched(which, settings);
  const shop = { ...server.admin, database: WATCHER.database };
  const admin = new pg.Client(server.admin);
  await admin.connect();
  await admin.query(`create database ${WATCHER.database}`);
  for (let one = 0; one < watchers; one += 1) {
    await admin.query(`create role ${watcher(one)} login password '${WATCHER.password}'`);
    await admin.query(`grant pg_monitor to ${watcher(one)}`);
    // What hundreds of them ask would fill pg_stat_statements.
    if (one > 0) await admin.query(`alter role ${watcher(one)} set pg_stat_statements.track = 'none'`);
  }
  await admin.end();
  const client = new pg.Client(shop);
  await client.connect();
  await client.query('create extension pg_stat_statements');
  await fill(client);
  // Making the tables left thousands of statements that nobody repeats.
  await client.query('select pg_stat_statements_reset()');
  await client.query(`set plan_cache_mode = force_generic_plan; set search_path = public`);
  for (let table = 0; table < TABLES; table += 1) {
    for (let shape = 0; shape < SHAPES; shape += 1) await client.query(statement(table, shape), [table]);
  }
  await client.query('checkpoint');
  let never = 0;
  return {
    ...server,
    shop,
    keepBusy: async () => {
      for (let one = 0; one < BUSY; one += 1) {
        const text = statement(one, one % SHAPES);
        await client.query({ name: `busy${one}`, text, values: [one] });
      }
    },
    runNew: async () => {
      never += 1;
      await client.query(`select ${Array.from({ length: never }, (_, index) => `'${index}'`).join(', ')}`);
    },
    stop: async () => {
      await client.end();
      await server.stop();
    },
  };
}

/** Process number of the session that watches longest. */
export async function watcherSession({ shop }: Fixture): Promise<number> {
  const client = new pg.Client(shop);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    'select pid from pg_stat_activity where usename = $1 order by backend_start limit 1',
    [watcher(0)],
  );
  await client.end();
  const [first] = rows;
  if (!first) throw new Error('The collector has no session.');
  return first.pid;
}

const name = (table: number): string => `customer_orders_${String(table).padStart(4, '0')}`;

async function fill(client: pg.Client): Promise<void> {
  for (let first = 0; first < TABLES; first += TABLES_AT_ONCE) {
    const statements: string[] = [];
    for (let table = first; table < first + TABLES_AT_ONCE; table += 1) {
      statements.push(
        `create table ${name(table)} (id int primary key, customer_id int not null, status text not null,
           amount numeric not null, placed_at timestamptz not null, note text)`,
        `insert into ${name(table)} select i, i % 7, 'open', i * 1.5, now(), 'note ' || i from generate_series(1, ${ROWS}) i`,
        `create index on ${name(table)} (customer_id, placed_at)`,
        `create index on ${name(table)} (status)`,
      );
    }
    await client.query(statements.join(';\n'));
  }
  await client.query('vacuum (analyze)');
}

/**
 * Text of about 760 bytes, as those that an object-relational mapper writes. From version 18 on PostgreSQL distinguishes tables
 * by the alias, before by the table, so both differ.
 */
function statement(table: number, shape: number): string {
  const o = `o${String(table).padStart(4, '0')}`;
  const conditions = ['id = $1', 'customer_id = $1', 'id > $1', 'customer_id <> $1', 'amount > $1::int'];
  const columns = ['id', 'customer_id', 'status', 'amount', 'placed_at', 'note'];
  const head = `select ${columns.map((column) => `${o}.${column} as "order_${column}"`).join(', ')}`;
  const tail = ` from ${name(table)} ${o} where ${o}.${conditions[shape % SHAPES]} and ${o}.placed_at is not null order by ${o}.id limit 10`;
  const padding: string[] = [];
  // Spread around the average, as real ones are.
  const wanted = TEXT_BYTES - 250 + ((table * 7 + shape * 31) % 500);
  for (let length = head.length + tail.length; length < wanted; ) {
    const column = columns[padding.length % columns.length];
    const part = `, coalesce(${o}.${column}::text, '') as "order_${column}_${padding.length}"`;
    padding.push(part);
    length += part.length;
  }
  return `${head}${padding.join('')}${tail}`;
}
