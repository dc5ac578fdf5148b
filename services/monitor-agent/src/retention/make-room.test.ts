import { newId } from '@tidegate/database/ids';
import { ensureMonths } from '@tidegate/database/partitions';
import { DiskRoom, type Room } from '@tidegate/runtime/disk-room';
import { Log } from '@tidegate/telemetry/log';
import { useStore } from '../../test/fixture.ts';
import { SERIES_TABLES } from '../series/rollup.rows.ts';
import { MakeRoom } from './make-room.loop.ts';
import { SAMPLE_TABLES } from './retention.rows.ts';

const store = useStore({ daysBack: 10 });

/** A disk of which each dropped day frees so much. */
class Disk extends DiskRoom {
  constructor(private turns: number) {
    super(undefined);
  }
  override async measure(): Promise<Room> {
    this.turns -= 1;
    return this.turns < 0 ? 'enough' : 'low';
  }
}

async function run(turns: number): Promise<number> {
  const loop = new MakeRoom(store.tenants, new Disk(turns), new Log());
  let count = 0;
  while ((await loop.turn()) === 'again') count += 1;
  return count;
}

const daysOf = async (table: string): Promise<number[]> => {
  const rows = await store.server.sql<{ days: number }>(
    `select (now() at time zone 'utc')::date - to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') as days
       from pg_inherits where inhparent = 'monitor_agent.${table}'::regclass order by 1 desc`,
  );
  return rows.map(({ days }) => days).filter((days) => days >= 0);
};

test('the oldest days of every table go first, one by one until there is room, and never the newest', async () => {
  const before = await daysOf('activity_samples');
  expect(before[0]).toBe(10);
  expect(await run(0)).toBe(0);
  expect(await daysOf('activity_samples')).toEqual(before);

  expect(await run(3)).toBe(3);
  for (const table of SAMPLE_TABLES) expect([table, (await daysOf(table))[0]]).toEqual([table, 7]);

  const turns = await run(1_000);
  expect(turns).toBeGreaterThan(5);
  for (const table of SAMPLE_TABLES) expect([table, await daysOf(table)]).toEqual([table, [1, 0]]);
  // Whoever collects goes on: there are partitions for today.
  const org = newId();
  await store.tenants.run(org, (tx) =>
    tx.query(
      `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting,
         longest_transaction_us, busy, groups, sessions) values ($1, $1, now(), 1, 1, 0, 0, 0, 0, 0, '[]', '[]')`,
      [org],
    ),
  );
});

test('then months of statements, the oldest first: of sums and of series alike, and never what ended within a month', async () => {
  const monthsOf = async (table: string) => {
    const rows = await store.server.sql<{ month: string }>(
      `select right(inhrelid::regclass::text, 6) as month from pg_inherits
        where inhparent = 'monitor_agent.${table}'::regclass order by 1`,
    );
    return rows.map(({ month }) => month);
  };
  const months = async () => Promise.all(SERIES_TABLES.map(monthsOf));
  const [before = []] = await months();
  const [from, to] = [130, 40].map((days) => new Date(Date.now() - days * 86_400_000)) as [Date, Date];
  for (const table of SERIES_TABLES)
    await store.tenants.system('partitions', (tx) => ensureMonths(tx, table, { from, to }));
  const [all = []] = await months();
  expect(all.length).toBeGreaterThan(before.length + 2);
  for (const gone of [1, 2]) {
    expect(await run(1)).toBe(1);
    for (const left of await months()) expect(left).toEqual(all.slice(gone));
  }
  await run(1_000);
  for (const left of await months()) expect(left).toEqual(expect.arrayContaining(before));
});
