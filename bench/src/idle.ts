import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Platform, startPlatform } from '@tidegate/testing/platform';
import pg from 'pg';
import type { Result } from './main.ts';
import { processesOf } from './platform-processes.ts';
import { allThreadsMs, endedChildrenMs } from './process-cpu.ts';

/**
 * A first start is not idle yet: for four minutes autovacuum analyses the catalogues of six new schemas (about 400 MB of
 * WAL a day by itself), and the installation's own database is looked at for the first time.
 */
const SETTLE_MS = 5 * 60_000;
/** A look at the installation's own database, which comes every quarter of an hour, and what it costs at other times. */
const SECONDS = 15 * 60;
const MOST = { percent: 1, walMbADay: 20 };

interface Counts {
  at: number;
  app: number;
  postgres: number;
  nats: number;
  transactions: number;
  walBytes: number;
}

async function count(platform: Platform, client: pg.Client): Promise<Counts> {
  const { app, postgres, nats } = processesOf(platform);
  const { rows } = await client.query<{ transactions: string; wal: string }>(
    `select (select sum(xact_commit + xact_rollback) from pg_stat_database)::text as transactions,
            (select wal_bytes from pg_stat_wal)::text as wal`,
  );
  const sum = (pids: number[]) => pids.reduce((total, pid) => total + allThreadsMs(pid), 0);
  return {
    at: performance.now(),
    app: sum(app),
    postgres: sum(postgres) + endedChildrenMs(postgres[0] as number),
    nats: sum(nats),
    transactions: Number(rows[0]?.transactions),
    walBytes: Number(rows[0]?.wal),
  };
}

async function connect(platform: Platform): Promise<pg.Client> {
  const read = (file: string) => JSON.parse(readFileSync(join(platform.dataDir, file), 'utf8'));
  const { ports } = read('installation.json') as { ports: { postgres: number } };
  const { POSTGRES_PASSWORD: password } = read('secrets.json') as { POSTGRES_PASSWORD: string };
  const login = { host: '127.0.0.1', port: ports.postgres, user: 'postgres', password, database: 'postgres' };
  const client = new pg.Client(login);
  await client.connect();
  return client;
}

/**
 * What an installation costs that nobody uses, from the sixth minute on. `-- idle SECONDS` watches for that long,
 * `-- idle SECONDS services` the layout with a process per service.
 */
export async function idle([seconds = String(SECONDS), layout]: string[]): Promise<Result> {
  const platform = await startPlatform({ services: layout === 'services' });
  const client = await connect(platform);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const lines = platform.log().split('\n').length;
  const before = await count(platform, client);
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
  const after = await count(platform, client);
  const printed = platform.log().split('\n').length - lines;
  await client.end();
  await platform.stop();

  const ms = after.at - before.at;
  const percent = (name: 'app' | 'postgres' | 'nats') => (100 * (after[name] - before[name])) / ms;
  const total = percent('app') + percent('postgres') + percent('nats');
  const walMbADay = ((after.walBytes - before.walBytes) / 1e6) * (86_400_000 / ms);
  const [cpuRatio, walRatio] = [total / MOST.percent, walMbADay / MOST.walMbADay];
  process.stdout.write(
    `minutes ${SETTLE_MS / 60_000} to ${Math.round((SETTLE_MS + ms) / 60_000)} after the first start\n` +
      `CPU ${total.toFixed(2)} % of a core: app ${percent('app').toFixed(2)}, PostgreSQL ${percent('postgres').toFixed(2)}, ` +
      `nats-server ${percent('nats').toFixed(2)}; ${cpuRatio.toFixed(2)} of the ${MOST.percent} % that it may take\n` +
      `WAL ${walMbADay.toFixed(1)} MB a day; ${walRatio.toFixed(2)} of the ${MOST.walMbADay} MB that it may write\n` +
      `transactions ${((after.transactions - before.transactions) / (ms / 1_000)).toFixed(2)} a second, log lines ${printed}\n`,
  );
  return {
    name: 'idle',
    value: Number(total.toFixed(2)),
    unit: '% of a core',
    ratio: Number(Math.max(cpuRatio, walRatio).toFixed(2)),
    against: `${MOST.percent} % of a core and ${MOST.walMbADay} MB of WAL a day, the worse of both`,
  };
}
