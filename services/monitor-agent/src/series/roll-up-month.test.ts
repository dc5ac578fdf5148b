import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { showStatementSeries } from '@tidegate/contracts/monitor-agent/statement-series';
import { ensureMonths } from '@tidegate/database/partitions';
import { addServer } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { generator } from '../../test/random.ts';
import { makeStatements } from '../../test/statement-samples.ts';
import { ShowStatementSeries } from '../statements/show-statement-series.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { dueMonths } from './month.rows.ts';
import { mergeChunks, mergeSnapshots, mergeSums, rollUpHour } from './roll-up.rules.ts';
import { rollUpMonth } from './roll-up-month.ts';
import { insertChunks, insertRollup, nextPart, SERIES_TABLES } from './rollup.rows.ts';
import { STATEMENT_COUNTERS } from './statement-counters.rules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FIRST = Date.UTC(2026, 0, 28);
const LAST = Date.UTC(2026, 3, 4);

const store = useStore();
afterEach(() => store.releaseServers());
beforeAll(async () => {
  for (const table of SERIES_TABLES)
    await store.tenants.system('partitions', (tx) =>
      ensureMonths(tx, table, { from: new Date(FIRST), to: new Date(LAST) }),
    );
});

type At = Awaited<ReturnType<typeof addServer>> & { ids: number[] };

/** A day as it is stored in the end: one statement is called all the time, others now and then. */
async function storeDay({ orgId, serverId, ids }: At, day: number, random: (below: number) => number): Promise<void> {
  const snapshots = Array.from({ length: 36 }, (_, index) => {
    const here = ids.filter((_id, place) => place === 0 || random(20) === 0);
    return {
      ...{ at: index * 40 * MINUTE + random(40 * MINUTE), spanUs: random(60_000_000), gap: Number(random(30) === 0) },
      ...{ reset: Number(random(30) === 0), lostUs: random(1_000), evictions: random(3), ids: here },
      partial: here.map(() => Number(random(40) === 0)),
      counters: STATEMENT_COUNTERS.map(() => here.map(() => random(100_000))),
    };
  });
  const hours = rollUpHour(snapshots);
  const merged = mergeSnapshots([{ part: 1, snapshots: hours.snapshots }]);
  const chunks = hours.chunks.flatMap(({ points }) => mergeChunks([{ part: 1, points }], merged));
  await store.tenants.run(orgId, async (tx) => {
    const at = new Date(day);
    const rollup = { serverId, day: at, part: await nextPart(tx, serverId, at), hour: null };
    const activeUs = Array.from({ length: 24 }, () => random(1_000_000));
    await insertRollup(tx, { ...rollup, snapshots: merged.snapshots, sums: mergeSums([hours.sums]), activeUs });
    await insertChunks(tx, rollup, chunks);
  });
}

/** Some days at a time, as the loop does, until nothing is due. */
async function rollUpMonths({ orgId }: Pick<At, 'orgId'>): Promise<void> {
  const due = await store.tenants.read(orgId, dueMonths);
  for (const one of due) await store.tenants.run(orgId, (tx) => rollUpMonth(tx, one));
  if (due.length > 0) await rollUpMonths({ orgId });
}

const months = ({ serverId }: At) =>
  store.server.sql<{ month: string }>(
    `select month::text from monitor_agent.statement_months where server_id = '${serverId}' order by 1`,
  );

test('what is read from months is what is read from their days, whatever the range begins and ends with', async () => {
  const random = generator(9);
  const server = await addServer(store, store.server);
  const at = { ...server, ids: await makeStatements(store, server.orgId, server.serverId, 12) };
  for (let day = FIRST; day < LAST; day += DAY) if (random(12) > 0) await storeDay(at, day, random);
  const whole = [Date.UTC(2026, 1), Date.UTC(2026, 3)] as const;
  const between = Array.from(
    { length: 5 },
    () => [FIRST + random(30) * DAY + random(DAY), LAST - random(30) * HOUR] as const,
  );
  const asked = [
    whole,
    [FIRST - DAY, LAST + DAY] as const,
    ...between,
    ...Array.from({ length: 3 }, () => {
      const time = FIRST + random(60) * DAY;
      return [time, time + 1 + random(40) * HOUR] as const;
    }),
  ];
  const read = () =>
    Promise.all(
      asked.flatMap(([from, to], index) => {
        const range = { serverId: at.serverId, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        const one = (statementId: number, step: object) =>
          store.call(
            new ShowStatementSeries(store.tenants),
            showStatementSeries,
            { ...range, statementId: String(statementId), ...step },
            at.orgId,
          );
        return [
          store.call(new TopStatements(store.tenants, store.kept), topStatements, { ...range, limit: 50 }, at.orgId),
          one(at.ids[0] ?? 0, index % 2 ? {} : { step: 3_600 * (1 + (index % 40)) }),
          one(at.ids[1 + (index % 11)] ?? 0, {}),
        ];
      }),
    );
  const fromDays = await read();
  expect(await months(at)).toEqual([]);
  await rollUpMonths(at);
  expect((await months(at)).map(({ month }) => month)).toEqual([
    '2026-01-01',
    '2026-02-01',
    '2026-03-01',
    '2026-04-01',
  ]);
  expect(await read()).toEqual(fromDays);
  // A part of a day that came late is read beside its month, and then in it.
  await storeDay(at, Date.UTC(2026, 1, 14), random);
  const late = await read();
  expect(late).not.toEqual(fromDays);
  await Promise.all([rollUpMonths(at), rollUpMonths(at)]);
  expect(await read()).toEqual(late);
  // Without a month its days are read again, and one that is counted anew has only what came since.
  await store.server.sql(
    `delete from monitor_agent.statement_months where server_id = '${at.serverId}' and month = '2026-03-01'`,
  );
  expect(await read()).toEqual(late);
  await storeDay(at, Date.UTC(2026, 2, 3), random);
  const later = await read();
  await rollUpMonths(at);
  expect(await months(at)).toHaveLength(4);
  expect(await read()).toEqual(later);
});

test('time by slices of a long range is that of its days', async () => {
  const random = generator(4);
  const server = await addServer(store, store.server);
  const at = { ...server, ids: await makeStatements(store, server.orgId, server.serverId, 4) };
  for (let day = FIRST; day < LAST; day += DAY) await storeDay(at, day, random);
  const input = { serverId: at.serverId, limit: 1, spark: true };
  const range = { from: new Date(FIRST).toISOString(), to: new Date(FIRST + 48 * DAY).toISOString() };
  const sparks = async () => {
    const { items } = await store.call(
      new TopStatements(store.tenants, store.kept),
      topStatements,
      { ...input, ...range },
      at.orgId,
    );
    return items.map(({ spark }) => spark);
  };
  const fromDays = await sparks();
  expect(fromDays[0]).toHaveLength(24);
  await rollUpMonths(at);
  expect(await months(at)).toHaveLength(4);
  expect(await sparks()).toEqual(fromDays);
});
