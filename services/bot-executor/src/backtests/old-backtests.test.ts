import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { migrate } from '@tidegate/database/migrate';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { runPostgres } from '@tidegate/testing/test-run';
import pg from 'pg';
import { MIGRATIONS } from '../../test/bots.ts';
import { findBacktest, toWire } from './backtest.rows.ts';
import { partOf } from './backtest-parts.rows.ts';

test('backtests and sweeps from before the queue are migrated with all they had', async () => {
  const before = mkdtempSync(join(tmpdir(), 'migrations-'));
  const own = fileURLToPath(new URL('../../migrations', import.meta.url));
  for (const name of readdirSync(own).filter((one) => one < '0007')) cpSync(join(own, name), join(before, name));
  const others = MIGRATIONS.filter((folder) => folder !== own);
  // Whoever migrates may create roles and owns the database; row-level security binds them.
  const tag = randomBytes(6).toString('hex');
  const { host, port, user, password } = await runPostgres();
  const run = async (...statements: string[]) => {
    const client = new pg.Client({ host, port, user, password, database: 'postgres' });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  await run(`create role owner_${tag} login createrole password 'x'`, `create database old_${tag} owner owner_${tag}`);
  const place = { host, port, database: `old_${tag}`, password: 'x' };
  const plan = { schema: 'bot_executor', role: `bots_${tag}`, password: 'x' };
  const upgrade = (folders: string[]) => migrate({ ...place, user: `owner_${tag}` }, [{ ...plan, folders }]);
  await upgrade([...others, before]);
  const dataSource = await connectDatabase({ ...place, user: plan.role, schema: plan.schema });
  const tenants = new TenantDatabase(dataSource);
  const [orgId, id, sweep] = [newId(), newId(), newId()];
  const items = (count: number) => JSON.stringify(Array.from({ length: count }, (_, n) => ({ number: n + 1 })));
  await tenants.run(orgId, async (tx) => {
    await tx.query('insert into backtests (org_id, id, result, trades, fills) values ($1, $2, $3, $4, $5)', [
      orgId,
      id,
      { candles: 7, profit: '1.5' },
      items(2),
      items(1_203),
    ]);
    await tx.query('insert into sweeps (org_id, id, work, combinations, refused, runs) values ($1, $2, $3, 1, 0, 1)', [
      orgId,
      sweep,
      {},
    ]);
    await tx.query('insert into sweep_leases (sweep_id, org_id, fence) values ($1, $2, 4)', [sweep, orgId]);
  });

  await upgrade(MIGRATIONS);
  const row = await tenants.read(orgId, (tx) => findBacktest(tx, id));
  expect(row && toWire(row)).toMatchObject({
    status: 'done',
    profit: '1.5',
    candlesDone: 7,
    stored: { trades: 2, fills: 1_203 },
    finishedAt: expect.any(String),
  });
  const fills = await tenants.read(orgId, (tx) => partOf<{ number: number }>(tx, id, 'fills', 10, 1_197));
  expect(fills.map(({ item, position }) => [item.number, position])).toEqual(
    [1_198, 1_199, 1_200, 1_201, 1_202, 1_203].map((n) => [n, n]),
  );
  const queued = await tenants.as({}, (tx) => tx.query('select id, kind, person, fence from work_queue'));
  expect(queued).toEqual([{ id: sweep, kind: 'sweep', person: orgId, fence: '4' }]);

  const unforced = await dataSource.query(
    "select relname from pg_class where relnamespace = 'bot_executor'::regnamespace and relrowsecurity and not relforcerowsecurity",
  );
  expect(unforced).toEqual([]);

  await dataSource.destroy();
  await run(`drop database old_${tag} with (force)`, `drop role bots_${tag}`, `drop role owner_${tag}`);
  rmSync(before, { recursive: true });
});
