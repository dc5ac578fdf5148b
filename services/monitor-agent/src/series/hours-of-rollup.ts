import { setImmediate } from 'node:timers/promises';
import type { Tx } from '@tidegate/database/tx';
import { appendRow, columnOf, type Decoded, emptyPoints, hourOf, POINT, rowsOf, SUM } from './columns.rules.ts';
import type { KeptSums } from './kept-sums.ts';
import { decodePoints, decodePointsUntil } from './rollup.rows.ts';
import { STATEMENT_COUNTERS, type StatementCounter } from './statement-counters.rules.ts';
import { StatementSums, type SumsOfHours, type TimesInOrder } from './statement-sums.rules.ts';
import { chunksOf, type StoredRollup } from './stored-rollups.rows.ts';
import { decodeSumsOf, keyOf } from './whole-rollups.ts';

/*
 * The rollups at the ends of a range, of which it holds some hours as a whole and some snapshots of others. A range that ends now
 * begins a minute later when it is asked for again: in the same hour, so what is kept is hours, with all their points.
 */

/** Chunks that are decoded before others get their turn: a few milliseconds. */
const AT_A_TIME = 32;
const TOTAL_US = STATEMENT_COUNTERS.indexOf('total_us');

/** Hours of the day, and when each snapshot was. */
export interface HoursOfRollup {
  hours: ReadonlySet<number>;
  at: Float64Array;
}

const sorted = (hours: ReadonlySet<number>): number[] => [...hours].sort((a, b) => a - b);
const snapshotsIn = ({ hours, at }: HoursOfRollup): Set<number> =>
  new Set([...at.keys()].filter((row) => hours.has(hourOf(at[row] as number))));

/** Hours as a whole. Statements that share a chunk have no sums by hour: their few points are read instead. */
export function sumsOfHours(
  tx: Tx,
  kept: KeptSums,
  serverId: string,
  rollup: StoredRollup,
  of: HoursOfRollup,
  only?: readonly StatementCounter[],
): Promise<SumsOfHours> {
  const dayMs = rollup.day.getTime();
  return kept.hours.of(keyOf(tx, serverId, [rollup], 'whole', sorted(of.hours), only), async () => {
    const sums = new StatementSums({ only });
    const times: TimesInOrder = { ids: [], at: [], us: [] };
    const took = (id: number | undefined, at: number | undefined, us: number | undefined) => {
      if (!us) return;
      times.ids.push(id ?? 0);
      times.at.push(dayMs + (at ?? 0));
      times.us.push(us);
    };
    const snapshots = snapshotsIn(of);
    const chunks = await chunksOf(tx, serverId, rollup, { points: false, hours: true });
    for (const [index, { points, hours }] of chunks.entries()) {
      if (hours) {
        const decoded = decodeSumsOf(hours, only);
        sums.addSums(decoded, dayMs, of.hours);
        const [ids, lastAt] = [columnOf(decoded, SUM.id), columnOf(decoded, SUM.lastAt)];
        const us = columnOf(decoded, SUM.counters + TOTAL_US);
        for (const [row, hour] of columnOf(decoded, SUM.hour).entries())
          if (of.hours.has(hour)) took(ids[row], lastAt[row], us[row]);
      }
      if (points) {
        const decoded = decodePoints(points);
        sums.addPoints(decoded, dayMs, snapshots, of.at);
        const [ids, us] = [columnOf(decoded, POINT.id), columnOf(decoded, POINT.counters + TOTAL_US)];
        for (const [row, snapshot] of columnOf(decoded, POINT.snapshot).entries())
          if (snapshots.has(snapshot)) took(ids[row], of.at[snapshot], us[row]);
      }
      if (index % AT_A_TIME === 0) await setImmediate();
    }
    return { sums: sums.compact(), times };
  });
}

/** All points of those hours. */
export async function pointsOfHours(
  tx: Tx,
  kept: KeptSums,
  serverId: string,
  rollup: StoredRollup,
  of: HoursOfRollup,
): Promise<Decoded> {
  const { points } = await kept.points.of(keyOf(tx, serverId, [rollup], 'points', sorted(of.hours)), async () => {
    const snapshots = snapshotsIn(of);
    const last = Math.max(...snapshots);
    const all = emptyPoints();
    const chunks = await chunksOf(tx, serverId, rollup, { points: true, hours: false });
    for (const [index, { shared, points }] of chunks.entries()) {
      if (points) addRows(all, shared ? decodePoints(points) : decodePointsUntil(points, last), snapshots);
      if (index % AT_A_TIME === 0) await setImmediate();
    }
    return { points: typed(all) };
  });
  return points;
}

function addRows(to: readonly number[][], points: Decoded, snapshots: ReadonlySet<number>): void {
  const snapshot = columnOf(points, POINT.snapshot);
  for (let row = 0; row < snapshot.length; row += 1)
    if (snapshots.has(snapshot[row] as number)) appendRow(to, points, row);
}

/** Most counters of most statements are zeros: one array for all of them. */
function typed(columns: readonly number[][]): Decoded {
  const zeros = new Float64Array(rowsOf(columns));
  return columns.map((column) => (column.some((one) => one !== 0) ? Float64Array.from(column) : zeros));
}
