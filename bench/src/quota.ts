import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { type Check, checkEntitlement } from '@tidegate/contracts/usage/check';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { CheckEntitlement } from '@tidegate/usage/checks/check-entitlement';
import { keepSnapshot } from '@tidegate/usage/entitlements/keep-snapshot';
import { Lend } from '@tidegate/usage/leases/lend';
import pg from 'pg';
import type { Result } from './main.ts';
import { type BenchDatabase, benchDatabase, median } from './servers.ts';

const ROUNDS = 3;
const CALLERS = 1_000;
const LIMIT = 20_000;
const NAIVE_CONNECTIONS = 16;
const NAIVE_MS = 3_000;

/**
 * Exact checks on one hot organisation: a thousand callers of one process ask for one unit each until well past a hard limit, every
 * yes is a hold that is committed to disk before the answer. Against the row that a naive quota updates once a check, with
 * sixteen connections, in the same PostgreSQL. Anything but exactly the limit fails the bench.
 */
export async function quota(): Promise<Result> {
  const database = await benchDatabase(['libs/entitlements/migrations', 'services/usage/migrations']);
  const dataSource = await connectDatabase({ ...database.login, poolSize: 8 });
  const tenants = new TenantDatabase(dataSource);
  process.stdout.write('round  naive row/s  checks/s (yes)  checks/s (no)  ratio  over\n');
  const rounds: { yes: number; ratio: number }[] = [];
  // The first round warms everything up and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const naive = await naiveRow(database);
    const { yes, no, admitted, stored } = await exact(tenants);
    const over = Math.abs(admitted - LIMIT) + Math.abs(stored - LIMIT);
    if (over > 0) throw new Error(`${admitted} were let in and ${stored} stored of ${LIMIT}.`);
    if (round === 0) continue;
    rounds.push({ yes, ratio: yes / naive });
    const cells = [round, naive.toFixed(0), yes.toFixed(0), no.toFixed(0), (yes / naive).toFixed(1), over];
    process.stdout.write(`${cells.map((cell, at) => String(cell).padEnd([7, 13, 16, 15, 7, 0][at] ?? 0)).join('')}\n`);
  }
  await dataSource.destroy();
  await database.stop();
  return {
    name: 'quota',
    value: Math.round(median(rounds.map(({ yes }) => yes))),
    unit: 'exact checks/s, 0 over',
    ratio: Number(median(rounds.map(({ ratio }) => ratio)).toFixed(1)),
    against: 'one conditional update of a hot row a check',
  };
}

/** One organisation with a hard limit on `calls`. */
export async function newOrganisation(tenants: TenantDatabase, limit: number): Promise<Entitlements> {
  const metered = { kind: 'metered', limit, ceiling: limit, enforcement: 'hard', per: 'month' } as const;
  const snapshot = entitlementsOf({ orgId: newId(), features: { calls: metered } });
  await tenants.run(snapshot.orgId, (tx) => keepSnapshot(tx, snapshot));
  return snapshot;
}

async function exact(tenants: TenantDatabase) {
  const { orgId } = await newOrganisation(tenants, LIMIT);
  const handler = new CheckEntitlement(tenants, new Lend(tenants, undefined as never), undefined as never);
  const [found] = operationHandlers(handler);
  if (!found) throw new Error('The check has no handler.');
  const runner = new OperationRunner(tenants, new Outbox('usage', () => {}));
  const caller = { kind: 'user' as const, orgId, scopes: [checkEntitlement.scope] };
  let [asked, admitted, filledAt] = [0, 0, 0];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (asked < 2 * LIMIT) {
        asked += 1;
        const input = { feature: 'calls', hold: { key: `k${asked}`, ttlSeconds: 600 } };
        const { allowed } = (await runner.run(found, {
          caller,
          input,
          deadline: performance.now() + 60_000,
        } as never)) as Check;
        if (allowed) admitted += 1;
        if (admitted === LIMIT && filledAt === 0) filledAt = performance.now();
      }
    }),
  );
  const ended = performance.now();
  const rows = await tenants.read(orgId, (tx) =>
    tx.one<{ stored: number }>('select coalesce(sum(granted), 0)::int as stored from leases'),
  );
  const yes = admitted / ((filledAt - began) / 1_000);
  return { yes, no: (asked - admitted) / ((ended - filledAt) / 1_000), admitted, stored: rows?.stored ?? 0 };
}

/** What is written first by whoever needs a quota: exact as well, and every check waits for the row. */
async function naiveRow(database: BenchDatabase): Promise<number> {
  const pool = new pg.Pool({ ...database.admin, max: NAIVE_CONNECTIONS });
  await pool.query(`create table if not exists bench.naive_quota (org_id uuid primary key, used bigint, quota bigint)`);
  const org = newId();
  await pool.query('insert into bench.naive_quota values ($1, 0, 1000000000)', [org]);
  const text = 'update bench.naive_quota set used = used + 1 where org_id = $1 and used + 1 <= quota returning used';
  let done = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (performance.now() - began < NAIVE_MS) {
        await pool.query({ name: 'naive', text, values: [org] });
        done += 1;
      }
    }),
  );
  const rate = done / ((performance.now() - began) / 1_000);
  await pool.end();
  return rate;
}
