import { DAY_MS, HOUR_MS, MINUTE_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { Tx } from '@tidegate/database/tx';
import type { CountedDelta, Sample } from '../kernel/storage/sample.rows.ts';
import { DATABASE_SAMPLES, INDEX_SAMPLES, TABLE_SAMPLES } from '../relations/relation-kinds.rows.ts';
import { mergeChunks, mergeSnapshots, mergeSums, type RecentSnapshot, rollUpHour } from '../series/roll-up.rules.ts';
import { insertChunks, insertRollup } from '../series/rollup.rows.ts';
import { MINUTES_KEPT_DAYS } from '../server-figures/minutes-kept.rules.ts';
import { STATEMENT_SAMPLES } from '../statements/statement.rows.ts';
import { saveWraparound } from '../wraparound/wraparound.rows.ts';
import { databaseCounters, minuteOf, relationCounters, snapshotOf } from './counted.ts';
import { clearStretch, type Figures, hourOf, insertActivity, insertFigures, insertSamples } from './demo.rows.ts';
import { DATABASE_OID, type Jam, jamsOf, type MadeUpServer, silentSince } from './fleet.ts';
import { wraparoundAt } from './known.ts';
import { activityAt, instantsOf } from './sessions.ts';

/** Until so long before the end statements are rolled up, as the compaction would have done. */
const IN_SAMPLES_MS = 2 * HOUR_MS;
const RECENT_MS = 2 * DAY_MS;
const AT_ONCE = 400;

interface Stretch {
  from: number;
  to: number;
  /** The end of all data. */
  until: number;
}

/** One day of one server: all figures that a collector would have stored, in the forms in which they would be by now. */
export async function writeDay(
  tx: Tx,
  serverId: string,
  server: MadeUpServer,
  ids: readonly number[],
  { from, to, until }: Stretch,
): Promise<number> {
  await clearStretch(tx, serverId, new Date(from), new Date(to));
  const end = Math.min(to, silentSince(server, until));
  if (end <= from) return 0;
  const stretch = { from, to: end, until };
  const jams = jamsOf(server, until - 31 * DAY_MS, until);
  const minutes = minutesOf(server, jams, stretch);
  if (from >= until - MINUTES_KEPT_DAYS * DAY_MS) await insertFigures(tx, 'server_minutes', serverId, minutes);
  const hours = Map.groupBy(minutes, ({ at }) => Math.floor(at / HOUR_MS) * HOUR_MS);
  await insertFigures(
    tx,
    'server_hours',
    serverId,
    [...hours].map(([at, own]) => ({ at, figures: hourOf(own) })),
  );
  await writeRelations(tx, serverId, server, minutes, stretch);
  await writeStatements(tx, serverId, server, ids, { ...stretch, minutes });
  const taken = instantsOf(stretch, jams).map(({ at, spanMs }) => activityAt(server, at, { spanMs, jams, until }));
  for (let at = 0; at < taken.length; at += AT_ONCE) await insertActivity(tx, serverId, taken.slice(at, at + AT_ONCE));
  for (let at = Math.ceil(from / (6 * HOUR_MS)) * 6 * HOUR_MS; at < end; at += 6 * HOUR_MS) {
    const snapshot = wraparoundAt(server, at, until);
    await saveWraparound(tx, serverId, { takenAt: new Date(at), identity: server.host, snapshot });
  }
  return minutes.length;
}

function minutesOf(server: MadeUpServer, jams: readonly Jam[], { from, to, until }: Stretch): Figures[] {
  const minutes: Figures[] = [];
  for (let at = Math.ceil(from / MINUTE_MS) * MINUTE_MS; at < to; at += MINUTE_MS)
    minutes.push({ at, figures: minuteOf(server, at, jams, until) });
  return minutes;
}

/** Ends of steps of so many minutes, which never cross the day. */
function endsOf({ from, to }: { from: number; to: number }, minutes: number): number[] {
  const ends: number[] = [];
  for (
    let at = Math.floor(from / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS - 1_000;
    at < to;
    at += minutes * MINUTE_MS
  )
    ends.push(at);
  return ends;
}

async function writeRelations(
  tx: Tx,
  serverId: string,
  server: MadeUpServer,
  minutes: readonly Figures[],
  stretch: Stretch,
): Promise<void> {
  const step = stretch.from >= stretch.until - RECENT_MS - DAY_MS ? 5 : 60;
  const of = (takenAt: number, deltas: CountedDelta[], extra: unknown[] = []): Sample => ({
    serverId,
    takenAt: new Date(takenAt),
    spanUs: step * 60_000_000,
    deltas,
    extra,
  });
  const samples: Record<'databases' | 'tables' | 'indexes', Sample[]> = { databases: [], tables: [], indexes: [] };
  endsOf(stretch, step).forEach((at, place) => {
    const own = minutes.slice(place * step, (place + 1) * step).map(({ figures }) => figures);
    samples.databases.push(of(at, [{ id: DATABASE_OID, partial: false, counters: databaseCounters(own) }]));
    const { tables, indexes } = relationCounters(server, at, step);
    samples.tables.push(of(at, tables, [DATABASE_OID]));
    samples.indexes.push(of(at, indexes, [DATABASE_OID]));
  });
  const scope = [['database_oid', 'bigint']] as const;
  await insertSamples(tx, DATABASE_SAMPLES, samples.databases);
  if (server.tables.length === 0) return;
  await insertSamples(tx, TABLE_SAMPLES, samples.tables, scope);
  await insertSamples(tx, INDEX_SAMPLES, samples.indexes, scope);
}

async function writeStatements(
  tx: Tx,
  serverId: string,
  server: MadeUpServer,
  ids: readonly number[],
  { from, to, until, minutes }: Stretch & { minutes: readonly Figures[] },
): Promise<void> {
  const rolled = Math.max(from, Math.min(to, Math.floor((until - IN_SAMPLES_MS) / HOUR_MS) * HOUR_MS));
  const step = from >= until - RECENT_MS - DAY_MS ? 5 : 15;
  const old = endsOf({ from, to: rolled }, step).map((at) => snapshotOf(server, ids, { at, minutes: step, until }));
  const day = new Date(Math.floor(from / DAY_MS) * DAY_MS);
  // As the compaction leaves them: hours of the last days, days of what is older.
  if (step === 5) await writeHours(tx, serverId, day, old, minutes);
  else if (old.length > 0) await writeRollup(tx, serverId, day, old, minutes);
  const recent = endsOf({ from: rolled, to }, 1).map((at): Sample => {
    const snapshot = snapshotOf(server, ids, { at, minutes: 1, until });
    const deltas = snapshot.ids.map((id, index) => ({
      id,
      partial: false,
      counters: snapshot.counters.map((counter) => counter[index] ?? 0),
    }));
    return { serverId, takenAt: new Date(at), spanUs: 60_000_000, deltas, extra: [false, false, 0, 0] };
  });
  await insertSamples(tx, STATEMENT_SAMPLES, recent, [
    ['gap', 'boolean'],
    ['reset', 'boolean'],
    ['lost_us', 'bigint'],
    ['evictions', 'int'],
  ]);
}

async function writeHours(
  tx: Tx,
  serverId: string,
  day: Date,
  snapshots: readonly RecentSnapshot[],
  minutes: readonly Figures[],
): Promise<void> {
  for (const [hour, own] of Map.groupBy(snapshots, ({ at }) => Math.floor(at / HOUR_MS))) {
    const { snapshots: taken, chunks, sums } = rollUpHour(own);
    const rollup = { serverId, day, part: hour + 1, hour };
    const activeUs = activeUsOf(minutes).map((us, index) => (index === hour ? us : 0));
    await insertRollup(tx, { ...rollup, snapshots: taken, sums, activeUs });
    await insertChunks(tx, rollup, chunks);
  }
}

async function writeRollup(
  tx: Tx,
  serverId: string,
  day: Date,
  snapshots: readonly RecentSnapshot[],
  minutes: readonly Figures[],
): Promise<void> {
  const { snapshots: taken, chunks, sums } = rollUpHour(snapshots);
  const merged = mergeSnapshots([{ part: 1, snapshots: taken }]);
  const rollup = { serverId, day, part: 1, hour: null };
  const figures = { snapshots: merged.snapshots, sums: mergeSums([sums]), activeUs: activeUsOf(minutes) };
  await insertRollup(tx, { ...rollup, ...figures });
  for (const { points } of chunks) await insertChunks(tx, rollup, mergeChunks([{ part: 1, points }], merged));
}

/** Time that sessions were active, by hour of the day. */
function activeUsOf(minutes: readonly Figures[]): number[] {
  const byHour = Map.groupBy(minutes, ({ at }) => Math.floor((at % DAY_MS) / HOUR_MS));
  return Array.from(
    { length: 24 },
    (_, hour) => databaseCounters((byHour.get(hour) ?? []).map(({ figures }) => figures)).at(-1) ?? 0,
  );
}
