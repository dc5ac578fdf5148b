import type { Tx } from '@tidegate/database/tx';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { SERVER_WIDE } from '../kernel/instance/reset-epoch.rules.ts';
import { CountedMetric } from './counted-metric.ts';
import type { ConsistentSnapshot } from './known-relations.rules.ts';
import { INDEX_COUNTERS, type IndexReading } from './readings.rules.ts';
import { INDEXES } from './relation-kinds.rows.ts';

const DATABASE = 5;
const SECOND = 1_000_000;
const all = (at: number) => Object.fromEntries(SERVER_WIDE.map((view) => [view, at]));

const instance = (startedAt: number, at: number, resets: number): Instance =>
  ({
    ...{ database: 'd', databaseOid: DATABASE, identity: 'system/1' },
    resetEpoch: {
      identity: 'system/1',
      at,
      startedAt,
      workersStartedAt: startedAt + 1,
      openedAt: startedAt + 9,
      resets: all(resets),
    },
  }) as Instance;

const snapshotOf = (
  at: number,
  scans: readonly number[],
  { transactions = 100 + at, resetAt = 0 } = {},
): ConsistentSnapshot<IndexReading> => ({
  known: scans.length,
  items: scans.map(
    (count, index) => ({ oid: index + 1, counters: [count, ...INDEX_COUNTERS.slice(1).map(() => 0)] }) as IndexReading,
  ),
  gone: [],
  state: { at, resets: { [DATABASE]: resetAt }, transactions },
});

/** Two snapshots, and what is stored of the scans in between; `asked`: whether all or only what had changed was asked for. */
async function between(
  before: [Instance, ConsistentSnapshot<IndexReading>],
  now: [Instance, ConsistentSnapshot<IndexReading>],
) {
  const asked: number[] = [];
  let answer = before[1];
  const metric = new CountedMetric('s', INDEXES, {
    readSnapshot: async (_, __, known) => {
      asked.push(known.size);
      return answer;
    },
  });
  (await metric.read({} as never, before[0], new Date(0))).committed();
  answer = now[1];
  const stored: Record<string, unknown> = {};
  const query = async (sql: string, parameters: readonly unknown[] = []) => {
    if (!sql.startsWith('insert into index_samples')) return [];
    Object.assign(stored, { partial: parameters[6], scans: parameters[7] });
    return [];
  };
  await (await metric.read({} as never, now[0], new Date(60_000))).save({ orgId: 'o', query } as unknown as Tx);
  return { ...stored, asked: asked.slice(1) };
}

const calm = instance(10, 1_000 * SECOND, 15);
const restarted = 1_030 * SECOND;

test('between two snapshots at one resetEpoch only what changed is asked for, and counts what it grew by', async () => {
  expect(
    await between([calm, snapshotOf(1, [7, 9])], [instance(10, 1_060 * SECOND, 15), snapshotOf(2, [8, 9])]),
  ).toEqual({
    partial: '{false}',
    scans: '{1}',
    asked: [2],
  });
});

test('a restart that kept the counters counts what they grew by', async () => {
  const now = instance(restarted, 1_060 * SECOND, 15);
  expect(await between([calm, snapshotOf(1, [7])], [now, snapshotOf(2, [8])])).toMatchObject({
    partial: '{false}',
    scans: '{1}',
  });
});

test('a crash counts from zero, also what has outgrown its past', async () => {
  const now = instance(restarted, 1_060 * SECOND, restarted + 5);
  const lost = snapshotOf(2, [20], { transactions: 3 });
  expect(await between([calm, snapshotOf(1, [7])], [now, lost])).toEqual({
    partial: '{true}',
    scans: '{20}',
    asked: [0],
  });
});

test('what looks like a crash where nothing is lower than it was adds no whole resetEpoch: the least is told, and marked', async () => {
  const now = instance(restarted, 1_060 * SECOND, restarted + 5);
  expect(await between([calm, snapshotOf(1, [7_000_000])], [now, snapshotOf(2, [7_000_020])])).toMatchObject({
    partial: '{true}',
    scans: '{20}',
  });
});

test('a database that was set back as a whole is read as a whole, and counts from zero', async () => {
  const now = instance(10, 1_060 * SECOND, 15);
  const reset = snapshotOf(1_050 * SECOND, [7, 20], { transactions: 3, resetAt: 1_040 * SECOND });
  expect(await between([calm, snapshotOf(1, [7, 9])], [now, reset])).toEqual({
    partial: '{true,true}',
    scans: '{7,20}',
    asked: [2, 0],
  });
});

test('another node of the cluster is compared with nothing', async () => {
  const other = instance(500 * SECOND, 1_060 * SECOND, 400 * SECOND);
  expect(await between([calm, snapshotOf(1, [7])], [other, snapshotOf(2, [900])])).toEqual({ asked: [0] });
});
