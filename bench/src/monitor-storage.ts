import pg from 'pg';
import type { Result } from './main.ts';
import { compactUntil, DAY_MS, type WatchedServer, watchedServer, writeMinutes } from './statement-days.ts';

const DAYS = 30;
const YEAR = 365;
const GOAL_GB = 0.6;

/**
 * What a year of one server's statements takes at one minute: 30 days go the whole way, from samples into rollups of
 * hours and of days; the year is those times 365 / 30, for days do not depend on each other. With it go, once, what is
 * on its way: the hours of the last days and the samples of the last hours. Vacuum runs after each day, as autovacuum
 * would in a day that lasts a day.
 */
export async function monitorStorage(): Promise<Result> {
  const server = await watchedServer();
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  let points = 0;
  let [writing, compacting] = [0, 0];
  for (let day = today - DAYS * DAY_MS; day < today; day += DAY_MS) {
    const began = performance.now();
    points += await writeMinutes(server, day, day + DAY_MS);
    const written = performance.now();
    await compactUntil(server, day + DAY_MS);
    writing += written - began;
    compacting += performance.now() - written;
    await vacuum(server);
  }
  const [moving] = await sizes(server, ['statement_hour_chunks', 'statement_samples']);
  await compactUntil(server, today + 3 * DAY_MS);
  await vacuum(server);
  const [stored, parts] = await sizes(server, ['statement_rollups', 'statement_chunks']);
  const year = ((stored / DAYS) * YEAR + moving) / 1e9;
  const a = (value: number) => (value / 1e6 / DAYS).toFixed(2);
  process.stdout.write(
    `${points} figures of statements in ${DAYS} days (${Math.round(points / DAYS)} a day)\n` +
      `stored: ${parts.map(([name, bytes]) => `${name} ${a(bytes)} MB`).join(', ')} a day; ` +
      `${(stored / points).toFixed(2)} bytes a figure with indexes and all\n` +
      `on the way: ${(moving / 1e6).toFixed(1)} MB, once\n` +
      `a day takes ${(writing / DAYS / 1_000).toFixed(1)} s to write and ${(compacting / DAYS / 1_000).toFixed(1)} s to compact\n` +
      `a year: ${year.toFixed(3)} GB (goal ${GOAL_GB})\n`,
  );
  await server.database.stop();
  return {
    name: 'monitor-storage',
    value: Number(year.toFixed(3)),
    unit: 'GB a year',
    ratio: Number((year / GOAL_GB).toFixed(2)),
    against: `the goal of ${GOAL_GB} GB`,
  };
}

async function vacuum(server: WatchedServer): Promise<void> {
  const client = new pg.Client(server.database.admin);
  await client.connect();
  for (const table of ['statement_samples', 'statement_hour_chunks', 'statement_rollups', 'statement_chunks'])
    await client.query(`vacuum bench.${table}`);
  await client.end();
}

/** Bytes of the tables' partitions with indexes and TOAST, those left out from which everything has moved. */
async function sizes(server: WatchedServer, tables: string[]): Promise<[number, [string, number][]]> {
  const client = new pg.Client(server.database.admin);
  await client.connect();
  const { rows } = await client.query<{ name: string; bytes: string }>(
    `select i.inhparent::regclass::text as name, sum(pg_total_relation_size(i.inhrelid)) as bytes
       from pg_inherits i where i.inhparent = any ($1::text[]::regclass[]) and pg_relation_size(i.inhrelid) > 0
      group by 1 order by 1`,
    [tables.map((table) => `bench.${table}`)],
  );
  await client.end();
  const parts = rows.map(({ name, bytes }): [string, number] => [name.replace('bench.', ''), Number(bytes)]);
  return [parts.reduce((sum, [, bytes]) => sum + bytes, 0), parts];
}
