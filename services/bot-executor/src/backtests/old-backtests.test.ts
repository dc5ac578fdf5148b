import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { migrate } from '@tidegate/database/migrate';
import { Tenants } from '@tidegate/database/tenants';
import { testDatabase } from '@tidegate/testing/database';
import { MIGRATIONS } from '../../test/bots.ts';
import { findBacktest, toWire } from './backtest.rows.ts';
import { partOf } from './backtest-parts.rows.ts';

test('backtests and sweeps from before the queue keep what they had', async () => {
  const before = mkdtempSync(join(tmpdir(), 'migrations-'));
  const own = fileURLToPath(new URL('../../migrations', import.meta.url));
  for (const name of readdirSync(own).filter((one) => one < '0007')) cpSync(join(own, name), join(before, name));
  const others = MIGRATIONS.filter((folder) => folder !== own);
  const database = await testDatabase({ schema: 'bot_executor', folders: [...others, before] });
  const dataSource = await connectDatabase(database.login);
  const tenants = new Tenants(dataSource);
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

  const { user: role, password, schema } = database.login;
  await migrate(database.admin, [{ schema, role, password, folders: MIGRATIONS }]);
  const row = await tenants.read(orgId, (tx) => findBacktest(tx, id));
  expect(row && toWire(row)).toMatchObject({
    status: 'done',
    profit: '1.5',
    candlesDone: 7,
    kept: { trades: 2, fills: 1_203 },
    finishedAt: expect.any(String),
  });
  const fills = await tenants.read(orgId, (tx) => partOf<{ number: number }>(tx, id, 'fills', 10, 1_197));
  expect(fills.map(({ item, position }) => [item.number, position])).toEqual(
    [1_198, 1_199, 1_200, 1_201, 1_202, 1_203].map((n) => [n, n]),
  );
  const queued = await tenants.as({}, (tx) => tx.query('select id, kind, person, fence from work_queue'));
  expect(queued).toEqual([{ id: sweep, kind: 'sweep', person: orgId, fence: '4' }]);

  await dataSource.destroy();
  await database.drop();
  rmSync(before, { recursive: true });
});
