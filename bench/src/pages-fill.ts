import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDatabase } from '@tidegate/database/data-source';
import { ensureDays } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { rollUpDays } from '@tidegate/monitor-agent/server-figures/server-days.rows';
import type { Platform, Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { fillRelations } from './relation-year.ts';
import { DAY_MS, insertServer } from './statement-days.ts';
import { fillYear, YEAR_DAYS } from './statement-year.ts';
import { fillWaits } from './wait-year.ts';

const BOTS = 12;
const MINUTES_KEPT_DAYS = 14;
const MEMBERS_INVITED = 30;
const SETTINGS = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 2, size: '100', deviationPercent: '0.5' },
  takeProfit: { percent: '0.8' },
};
/** Of each of two settings that a sweep varies: a map of 400 cells. */
const VALUES = Array.from({ length: 20 }, (_, i) => (0.5 + i / 10).toFixed(1));
const LINES = 40;

/** What there is to see: ids for the addresses of detail pages. */
export interface Filled {
  serverId: string;
  botId: string;
  backtestId: string;
  sweepId: string;
  invoiceId: string;
}

/**
 * A year of an organisation that the operator watches: a server with figures by the hour, statements, tables and indexes by the
 * day, the last two weeks by the minute, usage by the hour, a dozen bots that have traded all the candles that there are, a backtest of their
 * settings, a sweep around them, an invoice, and people who were invited.
 */
export async function fillPages(platform: Platform, admin: Rest, orgId: string): Promise<Filled> {
  const path = `/api/v1/operator/organisations/${orgId}/subscription`;
  await done(admin.send('PUT', path, { plan: 'business', reason: 'bench' }));
  // First what needs a token: those of a log-in do not last as long as a year takes on a busy machine.
  const botId = await tradingBots(admin);
  const tried = await triedSettings(admin);
  const invoiceId = await ownInvoice(admin, orgId);
  for (let n = 0; n < MEMBERS_INVITED; n += 1)
    await done(admin.post('/api/v1/invitations', { email: `guest${n}@example.com`, role: 'viewer' }));
  const serverId = await inSchema(platform, 'monitor_agent', (tenants) => watchedYear(tenants, orgId));
  await inSchema(platform, 'usage', (tenants) => usedYear(tenants, orgId));
  return { serverId, botId, ...tried, invoiceId };
}

async function watchedYear(tenants: TenantDatabase, orgId: string): Promise<string> {
  const server = await insertServer(tenants, orgId);
  const { serverId } = server;
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  await fillYear(server, { today, until: today });
  await tenants.system('partitions', (tx) => ensureDays(tx, 'server_minutes', { back: MINUTES_KEPT_DAYS, ahead: 1 }));
  await tenants.run(orgId, async (tx) => {
    await tx.query(figures('server_hours', 'hour'), [orgId, serverId, new Date(today - YEAR_DAYS * DAY_MS), 3_600]);
    const begin = new Date(today - MINUTES_KEPT_DAYS * DAY_MS);
    await tx.query(figures('server_minutes', 'minute'), [orgId, serverId, begin, 60]);
    while (await rollUpDays(tx, serverId, new Date(today)));
  });
  await fillRelations(server, YEAR_DAYS);
  await fillWaits(server, YEAR_DAYS);
  return serverId;
}

/** Busy by day and quiet by night, and never twice the same. */
const figures = (table: string, step: 'hour' | 'minute'): string => `
  insert into ${table} (org_id, server_id, taken_at, span_us, statement_span_us, commits, rollbacks, rows_read, rows_written,
    blocks_hit, blocks_read, temp_files, temp_bytes, deadlocks, calls, call_us, wal_bytes, snapshots, active_sum, active_max,
    waiting_max, idle_in_transaction_max, sessions_max, longest_transaction_us, bytes, transaction_age)
  select $1, $2, at, $4 * 1000000, $4 * 1000000, n * 40, n / 50, n * 900, n * 60, n * 8000, n * 90, n / 400, n * 1000, 0, n * 120,
    n * 90000, n * 5000, $4 / 10, $4 / 10 * (n % 7), n % 12, n % 5, n % 3, 40 + n % 20, n * 1000, 50000000000 + n * 1000, 30000000
  from (select at, (1.2 + sin(extract(epoch from at) / 13751) + random()) * $4::bigint as load
          from generate_series($3::timestamptz, now(), interval '1 ${step}') at) busy,
    lateral (select load::bigint as n) amount
  on conflict do nothing`;

async function usedYear(tenants: TenantDatabase, orgId: string): Promise<void> {
  await tenants.run(orgId, (tx) =>
    tx.query(
      `insert into usage_hours (org_id, meter, hour, quantity, events)
       select $1, meter, hour, n, n from unnest(array['api_calls', 'bot_orders', 'server_minutes', 'notifications']) meter,
         generate_series(date_trunc('hour', now()) - make_interval(days => $2), now(), interval '1 hour') hour,
         lateral (select (random() * 500)::int as n) amount
       on conflict do nothing`,
      [orgId, YEAR_DAYS],
    ),
  );
}

async function tradingBots(admin: Rest): Promise<string> {
  const ids: string[] = [];
  for (let n = 0; n < BOTS; n += 1) {
    const { body } = await done(
      admin.post<{ id: string }>('/api/v1/bots', {
        name: `Bot ${n}`,
        settings: SETTINGS,
      }),
    );
    ids.push(body.id);
    await done(admin.post(`/api/v1/bots/${body.id}/start`));
  }
  const [first = ''] = ids;
  // All have the same settings and candles: the last one is done when its trades are those of the first.
  const trades = async (id: string) =>
    (await admin.get<{ items: unknown[] }>(`/api/v1/bots/${id}/trades?limit=200`)).body.items.length;
  await until(async () => (await trades(ids.at(-1) ?? '')) > 10, { what: 'bots that have traded', withinMs: 120_000 });
  return first;
}

/** A backtest, and the largest heat map that people make. */
async function triedSettings(admin: Rest): Promise<{ backtestId: string; sweepId: string }> {
  const made = async (path: string, body: object): Promise<string> => {
    const { id } = (await done(admin.post<{ id: string }>(path, body))).body;
    const status = async () => (await admin.get<{ status: string }>(`${path}/${id}`)).body.status;
    await until(async () => (await status()) === 'done', { what: `${path} that is done`, withinMs: 120_000 });
    return id;
  };
  const vary = ['takeProfit.percent', 'averagingOrders.deviationPercent'].map((setting) => ({
    setting,
    values: VALUES,
  }));
  return {
    backtestId: await made('/api/v1/backtests', { settings: SETTINGS }),
    sweepId: await made('/api/v1/sweeps', { settings: SETTINGS, vary }),
  };
}

/** The last charge makes an invoice of all of them. */
async function ownInvoice(admin: Rest, orgId: string): Promise<string> {
  const path = `/api/v1/operator/organisations/${orgId}/charges`;
  const charge = { currency: 'EUR', amountMinor: 12_300, reason: 'bench' };
  let invoice: { id: string } | null = null;
  for (let n = 1; n <= LINES; n += 1) {
    const one = { ...charge, chargeKey: `charge-${n}`, description: `Work of day ${n}`, now: n === LINES };
    ({ invoice } = (await done(admin.post<{ invoice: { id: string } | null }>(path, one))).body);
  }
  return invoice?.id ?? '';
}

async function done<A extends { status: number; body: unknown }>(asked: Promise<A>): Promise<A> {
  const answer = await asked;
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer;
}

/** As the superuser of the platform’s own database, whom row-level security does not bind. */
async function inSchema<T>(
  { dataDir }: Platform,
  schema: string,
  work: (tenants: TenantDatabase) => Promise<T>,
): Promise<T> {
  const read = (name: string) => JSON.parse(readFileSync(join(dataDir, name), 'utf8'));
  const dataSource = await connectDatabase({
    ...{ host: '127.0.0.1', port: read('installation.json').ports.postgres as number, database: 'tidegate' },
    ...{ user: 'postgres', password: read('secrets.json')['POSTGRES_PASSWORD'] as string, schema, poolSize: 2 },
  });
  try {
    return await work(new TenantDatabase(dataSource));
  } finally {
    await dataSource.destroy();
  }
}
