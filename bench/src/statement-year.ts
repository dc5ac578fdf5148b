import { ensureMonths } from '@tidegate/database/partitions';
import { dueMonths } from '@tidegate/monitor-agent/series/month.rows';
import {
  mergeChunks,
  mergeSnapshots,
  mergeSums,
  type RecentSnapshot,
  rollUpHour,
  sharedChunk,
} from '@tidegate/monitor-agent/series/roll-up.rules';
import { rollUpMonth } from '@tidegate/monitor-agent/series/roll-up-month';
import { HOURS, insertChunks, insertRollup, SERIES_TABLES } from '@tidegate/monitor-agent/series/rollup.rows';
import { DAY_MS, type FilledServer } from './statement-days.ts';

/** The statement that is called most, and one that shares its chunks with others. */
export const BUSIEST = 1;
export const SELDOM = 1_001;

export const YEAR_DAYS = 365;

/**
 * Days of a year up to `until`, as they are stored in the end, and their months: three different ones in turn, with the sums of
 * all statements, and the points of two and of those that share a chunk with them.
 */
export async function fillYear(
  server: FilledServer,
  { today, until }: { today: number; until: number },
): Promise<void> {
  const { tenants, orgId, serverId } = server;
  const first = today - (YEAR_DAYS + 1) * DAY_MS;
  for (const table of SERIES_TABLES)
    await tenants.system('partitions', (tx) => ensureMonths(tx, table, { from: new Date(first), to: new Date(today) }));
  const patterns = [0, 1, 2].map(() => dayOfFew(server));
  for (let day = first; day < until; day += DAY_MS) {
    const pattern = patterns[(day / DAY_MS) % patterns.length];
    if (!pattern) continue;
    const rollup = { serverId, day: new Date(day), part: 1, hour: null };
    await tenants.run(orgId, async (tx) => {
      const activeUs = new Array<number>(HOURS).fill(0);
      await insertRollup(tx, { ...rollup, snapshots: pattern.snapshots, sums: pattern.sums, activeUs });
      await insertChunks(tx, rollup, pattern.chunks);
    });
  }
  // Some months at a time are due, and some days of each.
  for (let due = await tenants.read(orgId, dueMonths); due.length > 0; due = await tenants.read(orgId, dueMonths))
    for (const one of due) await tenants.run(orgId, (tx) => rollUpMonth(tx, one));
}

function dayOfFew({ load }: FilledServer) {
  const shared = new Set([sharedChunk(BUSIEST), sharedChunk(SELDOM)]);
  const snapshots: RecentSnapshot[] = [];
  for (let minute = 0; minute < DAY_MS / 60_000; minute += 1) {
    const at = minute * 60_000;
    const { ids, counters } = load.minute(new Date(at));
    snapshots.push({
      at: at + Math.floor(Math.random() * 300),
      spanUs: 60_000_000 + Math.floor((Math.random() - 0.5) * 600_000),
      gap: 0,
      reset: 0,
      lostUs: 0,
      evictions: 0,
      ids,
      partial: ids.map(() => 0),
      counters: (counters[0] ?? []).map((_, counter) => ids.map((_id, index) => counters[index]?.[counter] ?? 0)),
    });
  }
  const merged = rollUpHour(snapshots);
  const order = mergeSnapshots([{ part: 1, snapshots: merged.snapshots }]);
  const kept = merged.chunks.filter(({ chunk }) => shared.has(chunk));
  const chunks = kept.flatMap(({ points }) => mergeChunks([{ part: 1, points }], order));
  return { snapshots: merged.snapshots, sums: mergeSums([merged.sums]), chunks };
}
