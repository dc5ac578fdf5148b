import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import { columnOf, DAY_MS, SUM } from './columns.rules.ts';
import type { KeptSums } from './kept-sums.ts';
import { decodeDaysOf } from './month.rows.ts';
import { decodeSums } from './rollup.rows.ts';
import { STATEMENT_COUNTERS, type StatementCounter } from './statement-counters.rules.ts';
import { StatementSums, type Times } from './statement-sums.rules.ts';
import { type MonthBlob, monthBlobs, type StoredRollup, sumBlobs } from './stored-rollups.rows.ts';

/*
 * Rollups that a range holds all of. A year of a busy server is twelve months of some thousand statements, and to take them apart
 * is most of what reading it costs, so what was added up is kept: months, days and hours each for themselves, because hours change
 * every hour, days every day and months, as far as a range holds them, seldom. Kept sums are found by the contents of
 * all the blocks that they are made of, never by their names: late data, what retention deletes and what is counted
 * anew have other contents, or other blocks.
 */

/** Of these counters, and whose they are. */
export function decodeSumsOf(blob: Buffer, only?: readonly StatementCounter[]): Float64Array[] {
  if (!only) return decodeSums(blob);
  const own = Array.from({ length: SUM.counters }, (_, column) => column);
  return decodeSums(blob, new Set([...own, ...only.map((name) => SUM.counters + STATEMENT_COUNTERS.indexOf(name))]));
}

const unitOf = ({ part, hour }: StoredRollup): 'months' | 'days' | 'hours' =>
  part === null ? 'months' : hour === null ? 'days' : 'hours';

/** What names the contents of rollups, and what is made of them. */
export const keyOf = (
  tx: Tx,
  serverId: string,
  rollups: readonly StoredRollup[],
  ...what: readonly unknown[]
): unknown => [
  ...[tx.orgId, serverId, what],
  ...rollups.map(({ day, part, hour, version }) => [day.getTime(), part, hour, version]),
];

/** What all of them add up to, in a few parts. */
export async function sumsOfWholes(
  tx: Tx,
  kept: KeptSums,
  serverId: string,
  wholes: readonly StoredRollup[],
  only?: readonly StatementCounter[],
): Promise<StatementSums[]> {
  const all: StatementSums[] = [];
  for (const [unit, rollups] of Map.groupBy(wholes, unitOf)) {
    const key = keyOf(tx, serverId, rollups, unit, only);
    all.push(
      await kept.sums.of(key, async () => {
        const sums = new StatementSums({ only });
        for (const { day, blob } of await blobsOf(tx, serverId, rollups, 'sum_blob')) {
          sums.addSums(decodeSumsOf(blob, only), day.getTime());
          // A long range must not keep everybody else waiting.
          await setImmediate();
        }
        return sums.compact();
      }),
    );
  }
  return all;
}

/** When statements took time: by the day of a month, and by the last call of a shorter rollup. */
export async function timesOfWholes(
  tx: Tx,
  kept: KeptSums,
  serverId: string,
  wholes: readonly StoredRollup[],
  ids: readonly number[],
): Promise<Times[]> {
  const all: Times[] = [];
  for (const [unit, rollups] of Map.groupBy(wholes, unitOf)) {
    const timesIn = unit === 'months' ? timesOfMonth : timesOfRollup;
    const { times } = await kept.times.of(keyOf(tx, serverId, rollups, unit, ids), async () => {
      const times = new Map(ids.map((id) => [id, [] as number[]]));
      for (const { day, blob } of await blobsOf(tx, serverId, rollups, 'day_blob')) {
        for (const [id, at, us] of timesIn(blob, day.getTime(), ids)) if (us > 0) times.get(id)?.push(at, us);
        await setImmediate();
      }
      return { times };
    });
    all.push(times);
  }
  return all;
}

function blobsOf(tx: Tx, serverId: string, rollups: readonly StoredRollup[], ofMonth: MonthBlob) {
  if (rollups.some(({ part }) => part !== null)) return sumBlobs(tx, serverId, rollups);
  const months = rollups.map(({ day }) => day);
  return monthBlobs(tx, serverId, months, ofMonth);
}

function* timesOfMonth(blob: Buffer, monthMs: number, ids: readonly number[]): Generator<[number, number, number]> {
  for (const [id, [, ...days] = []] of decodeDaysOf(blob, ids))
    for (const [day, us] of days.entries()) yield [id, monthMs + (day + 1) * DAY_MS - 1, us];
}

const TOTAL_US = SUM.counters + STATEMENT_COUNTERS.indexOf('total_us');
const OF_TIMES = new Set([SUM.id, SUM.lastAt, TOTAL_US]);

function* timesOfRollup(blob: Buffer, dayMs: number, ids: readonly number[]): Generator<[number, number, number]> {
  const wanted = new Set(ids);
  const sums = decodeSums(blob, OF_TIMES);
  const [lastAt, us] = [columnOf(sums, SUM.lastAt), columnOf(sums, TOTAL_US)];
  for (const [row, id] of columnOf(sums, SUM.id).entries())
    if (wanted.has(id)) yield [id, dayMs + (lastAt[row] as number), us[row] as number];
}
