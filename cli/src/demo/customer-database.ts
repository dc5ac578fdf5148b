import { join } from 'node:path';
import { makeVerifier } from '@tidegate/database/scram-verifier';
import { type RunningPostgres, startPostgres } from '@tidegate/runtime/embedded/postgres';
import pg from 'pg';

export interface CustomerDatabase {
  server: RunningPostgres;
  /** The database of the customer's application, and the role that it works as. */
  application: pg.ClientConfig;
  /** What Tidegate is given: a role that may look, as docs/monitoring.md tells to make it. */
  monitor: { host: string; port: number; database: string; user: string; password: string };
}

/** pgbench's tables at scale 1, made by hand: `pgbench` may be missing on this machine. */
const SCHEMA = `
  create table pgbench_branches (bid int primary key, bbalance int not null, filler char(88));
  create table pgbench_tellers (tid int primary key, bid int not null, tbalance int not null, filler char(84));
  create table pgbench_accounts (aid int primary key, bid int not null, abalance int not null, filler char(84));
  create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
  insert into pgbench_branches values (1, 0);
  insert into pgbench_tellers select n, 1, 0 from generate_series(1, 10) n;
  insert into pgbench_accounts select n, 1, 0, '' from generate_series(1, 100000) n;
  grant all on all tables in schema public to shop;
  analyze`;

/** A PostgreSQL of its own with a customer's application in it. */
export async function startCustomerDatabase(folder: string): Promise<CustomerDatabase> {
  const server = await startPostgres({ dir: join(folder, 'customer') });
  const login = { host: server.host, port: server.port };
  const admin = { ...login, user: server.user, password: server.password };
  const [shop, monitor] = [password(), password()];
  await run({ ...admin, database: 'postgres' }, [
    `create role shop login password '${makeVerifier(shop)}'`,
    `create role tidegate login password '${makeVerifier(monitor)}'`,
    'grant pg_monitor to tidegate',
    'create database shop',
  ]);
  await run({ ...admin, database: 'shop' }, ['create extension pg_stat_statements', SCHEMA]);
  return {
    server,
    application: { ...login, user: 'shop', password: shop, database: 'shop' },
    monitor: { ...login, user: 'tidegate', password: monitor, database: 'shop' },
  };
}

const password = (): string => crypto.randomUUID();

async function run(login: pg.ClientConfig, statements: string[]): Promise<void> {
  const client = new pg.Client(login);
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
