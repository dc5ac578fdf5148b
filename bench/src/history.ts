import type { Operation } from '@tidegate/contracts/kernel/operation';
import { currentUsage, usageHistory } from '@tidegate/contracts/usage/usage';
import { connectDatabase } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { CurrentUsage } from '@tidegate/usage/balances/current-usage';
import { UsageHistory } from '@tidegate/usage/balances/usage-history';
import pg from 'pg';
import type { Result } from './main.ts';
import { newOrganisation } from './quota.ts';
import { type BenchDatabase, benchDatabase } from './servers.ts';

const ORGANISATIONS = 100;
const DAYS = 365;
const LANES = 4;
const READS = 1_000;
const DAY_MS = 86_400_000;

/**
 * Reads of a year of usage, through contract, rules and row-level security as the service runs them, of an organisation that is
 * drawn for each read: the table is several times as large as PostgreSQL's memory. Against the bare read of the same rows by
 * their index, prepared, as superuser, in turns with ours on as many connections.
 */
export async function history(): Promise<Result> {
  const database = await benchDatabase(['libs/entitlements/migrations', 'services/usage/migrations']);
  const dataSource = await connectDatabase({ ...database.login, poolSize: LANES });
  const tenants = new TenantDatabase(dataSource);
  const orgs = await aYear(database, tenants);
  const runner = new OperationRunner(tenants, new Outbox('usage', () => {}));
  const bare = new pg.Pool({ ...database.admin, max: LANES });
  const to = new Date();
  const since = (days: number) => new Date(to.getTime() - days * DAY_MS).toISOString();
  const rowsOf = (days: number) => (org: string) =>
    bare.query({
      name: `rows${days}`,
      text: `select hour, quantity, events from bench.usage_hours where org_id = $1 and meter = 'calls' and hour >= $2 and hour < $3`,
      values: [org, since(days), to.toISOString()],
    });
  const read = (operation: Operation, handler: object, input: object) => {
    const found = operationHandlers(handler).find((one) => one.operation === operation);
    if (!found) throw new Error(`No handler of ${operation.name}.`);
    return (orgId: string) => {
      const caller = { kind: 'user' as const, orgId, scopes: [operation.scope] };
      return runner.run(found, { caller, input, deadline: performance.now() + 60_000 });
    };
  };
  const noBus = undefined as never;
  const past = (granularity: string, days: number) =>
    read(usageHistory, new UsageHistory(noBus), {
      meter: 'calls',
      granularity,
      from: since(days),
      to: to.toISOString(),
    });
  const current = (org: string) =>
    bare.query({
      name: 'current',
      text: `select meter, used from bench.usage_balances where org_id = $1 and period_start > now() - interval '40 days'`,
      values: [org],
    });
  const cases = [
    ['current', read(currentUsage, new CurrentUsage(noBus), {}), current],
    ['31 days by the hour', past('hour', 31), rowsOf(31)],
    ['30 days by the day', past('day', 30), rowsOf(30)],
    ['a year by the day', past('day', DAYS), rowsOf(DAYS)],
    ['a year by the month', past('month', DAYS), current],
  ] as const;
  process.stdout.write('                       p50 ms  p99 ms  bare p50  bare p99  p99 ratio\n');
  const ratios = new Map<string, { p99: number; ratio: number }>();
  for (const [name, ours, theirs] of cases) {
    const { ours: one, theirs: other } = await inTurns(orgs, ours, theirs);
    ratios.set(name, { p99: one.p99, ratio: other.p99 / one.p99 });
    const cells = [one.p50, one.p99, other.p50, other.p99, other.p99 / one.p99].map((cell) => cell.toFixed(2));
    process.stdout.write(
      `${name.padEnd(23)}${cells.map((cell, i) => cell.padEnd([8, 8, 10, 10, 0][i] ?? 0)).join('')}\n`,
    );
  }
  await bare.end();
  await dataSource.destroy();
  await database.stop();
  const month = ratios.get('30 days by the day');
  return {
    name: 'history',
    value: Number((month?.p99 ?? 0).toFixed(2)),
    unit: 'ms at p99 for 30 days of usage',
    ratio: Number((month?.ratio ?? 0).toFixed(2)),
    against: 'p99 of the bare indexed read of the same rows',
  };
}

/** An hour of `calls` each hour, and the balances of their months. */
async function aYear(database: BenchDatabase, tenants: TenantDatabase): Promise<string[]> {
  await tenants.as({}, (tx) => tx.query("insert into meters (meter, name) values ('calls', 'Calls')"));
  const orgs: string[] = [];
  while (orgs.length < ORGANISATIONS) orgs.push((await newOrganisation(tenants, 1_000_000_000)).orgId);
  const client = new pg.Client(database.admin);
  await client.connect();
  await client.query(
    `insert into bench.usage_hours (org_id, meter, hour, quantity, events)
     select id, 'calls', date_trunc('hour', now(), 'UTC') - n * interval '1 hour', 7, 3
       from unnest($1::uuid[]) id, generate_series($2::int, 0, -1) n order by 3, 1`,
    [orgs, DAYS * 24 - 1],
  );
  await client.query(
    `insert into bench.usage_balances (org_id, meter, period_start, used)
     select org_id, meter, date_trunc('month', hour, 'UTC'), sum(quantity) from bench.usage_hours group by 1, 2, 3`,
  );
  await client.query('vacuum analyze bench.usage_hours, bench.usage_balances');
  await client.query('checkpoint');
  await client.end();
  return orgs;
}

type Read = (org: string) => Promise<unknown>;

async function inTurns(orgs: readonly string[], ours: Read, theirs: Read) {
  const times = { ours: [] as number[], theirs: [] as number[] };
  const timed = async (list: number[], read: Read) => {
    const org = orgs[Math.floor(Math.random() * orgs.length)] as string;
    const from = performance.now();
    await read(org);
    list.push(performance.now() - from);
  };
  const lane = async () => {
    for (let n = 0; n < READS / LANES; n += 1) {
      await timed(times.ours, ours);
      await timed(times.theirs, theirs);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const of = (list: number[]) => {
    list.sort((a, b) => a - b);
    const at = (share: number) => list[Math.floor(list.length * share)] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  };
  return { ours: of(times.ours), theirs: of(times.theirs) };
}
