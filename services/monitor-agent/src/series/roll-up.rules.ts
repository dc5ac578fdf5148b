import {
  appendRow,
  COUNTERS,
  type Columns,
  emptyPoints,
  emptySnapshots,
  emptySums,
  hourOf,
  POINT,
  pushRow,
  rowsOf,
  SNAPSHOT,
  SUM,
} from './columns.rules.ts';

/*
 * Samples of an hour become a rollup, and the rollups of a day become one (monitoring.md 3.4). Snapshots are put in the order
 * of their time and numbered anew; points keep to their snapshot; sums are sums. A statement that is seldom seen would cost
 * more for its row and index entry than for its figures, so those share chunks, by number: one that is often seen in a
 * day gets a chunk of its own, so that a year of it is read without the others.
 */
export const SHARED_CHUNKS = 32;
export const OWN_CHUNK_POINTS = 48;

/** Shared chunks have negative numbers, statements have positive ones. */
export const sharedChunk = (id: number): number => -1 - (id % SHARED_CHUNKS);

export interface RecentSnapshot {
  /** Milliseconds of the UTC day. */
  at: number;
  spanUs: number;
  gap: number;
  reset: number;
  lostUs: number;
  evictions: number;
  ids: readonly number[];
  partial: readonly number[];
  counters: readonly (readonly number[])[];
}

export interface Chunk {
  chunk: number;
  points: Columns;
  /** Sums by hour of a statement with a chunk of its own. */
  hours?: Columns;
}

export interface HourRollupParts {
  snapshots: Columns;
  chunks: Chunk[];
  sums: Columns;
}

export function rollUpHour(unordered: readonly RecentSnapshot[]): HourRollupParts {
  const recent = unordered.toSorted((a, b) => a.at - b.at);
  const snapshots = emptySnapshots();
  const points = new Map<number, number[][]>();
  const sums = new SumTable();
  recent.forEach((snapshot, number) => {
    pushRow(snapshots, [
      snapshot.at,
      snapshot.spanUs,
      snapshot.gap,
      snapshot.reset,
      snapshot.lostUs,
      snapshot.evictions,
    ]);
    snapshot.ids.forEach((id, index) => {
      const own = of(points, id, emptyPoints);
      const counters = snapshot.counters.map((counter) => counter[index] ?? 0);
      pushRow(own, [id, number, snapshot.partial[index] ?? 0, ...counters]);
      sums.add(id, hourOf(snapshot.at), snapshot.partial[index] ?? 0, snapshot.at, (counter) => counters[counter] ?? 0);
    });
  });
  return { snapshots, chunks: sharedChunks(points), sums: sums.columns() };
}

/** All chunks of a list of statements, none of its own. */
function sharedChunks(points: ReadonlyMap<number, Columns>): Chunk[] {
  const chunks = new Map<number, number[][]>();
  for (const id of [...points.keys()].sort((a, b) => a - b)) {
    const rows = points.get(id) ?? [];
    const chunk = of(chunks, sharedChunk(id), emptyPoints);
    for (let row = 0; row < rowsOf(rows); row += 1) appendRow(chunk, rows, row);
  }
  return [...chunks].map(([chunk, columns]) => ({ chunk, points: columns }));
}

export interface MergedSnapshots {
  snapshots: Columns;
  /** The new number of each snapshot, by part and old number. */
  numbers: Map<number, number[]>;
}

export function mergeSnapshots(parts: readonly { part: number; snapshots: Columns }[]): MergedSnapshots {
  const all = parts.flatMap(({ part, snapshots }) =>
    Array.from({ length: rowsOf(snapshots) }, (_, row) => ({
      part,
      snapshots,
      row,
      at: snapshots[SNAPSHOT.at]?.[row] ?? 0,
    })),
  );
  all.sort((a, b) => a.at - b.at);
  const snapshots = emptySnapshots();
  const numbers = new Map<number, number[]>();
  all.forEach(({ part, snapshots: from, row }, number) => {
    appendRow(snapshots, from, row);
    of<number, number[]>(numbers, part, () => [])[row] = number;
  });
  return { snapshots, numbers };
}

/** What the hours' shared chunks of one number become in the day: chunks of their own, and what is left of the shared. */
export function mergeChunks(
  parts: readonly { part: number; points: Columns }[],
  { snapshots, numbers }: MergedSnapshots,
): Chunk[] {
  const points = new Map<number, number[][]>();
  for (const { part, points: from } of parts) {
    const number = numbers.get(part) ?? [];
    for (let row = 0; row < rowsOf(from); row += 1) {
      const own = of(points, from[POINT.id]?.[row] ?? 0, emptyPoints);
      appendRow(own, from, row);
      const placed = own[POINT.snapshot] as number[];
      placed[placed.length - 1] = number[from[POINT.snapshot]?.[row] ?? 0] ?? 0;
    }
  }
  const ordered = new Map([...points].map(([id, own]) => [id, bySnapshot(own)]));
  const often = [...ordered].filter(([, own]) => rowsOf(own) >= OWN_CHUNK_POINTS);
  for (const [id] of often) ordered.delete(id);
  return [
    ...often.map(([chunk, own]) => ({ chunk, points: own, hours: hourSums(own, snapshots) })),
    ...sharedChunks(ordered),
  ];
}

function bySnapshot(points: Columns): Columns {
  const snapshots = points[POINT.snapshot] ?? [];
  const order = Array.from({ length: snapshots.length }, (_, row) => row);
  order.sort((a, b) => (snapshots[a] ?? 0) - (snapshots[b] ?? 0));
  return points.map((column) => order.map((row) => column[row] ?? 0));
}

function hourSums(points: Columns, snapshots: Columns): Columns {
  const sums = new SumTable();
  for (let row = 0; row < rowsOf(points); row += 1) {
    const value = (column: number) => points[column]?.[row] ?? 0;
    const at = snapshots[SNAPSHOT.at]?.[value(POINT.snapshot)] ?? 0;
    sums.add(value(POINT.id), hourOf(at), value(POINT.partial), at, (index) => value(POINT.counters + index));
  }
  return sums.columns();
}

/** The sums of a whole day or month, of parts of which each may begin some time after it. */
export function mergeSums(parts: readonly Columns[], offsetsMs: readonly number[] = []): Columns {
  const whole = new SumTable();
  for (const [index, sums] of parts.entries()) {
    const offsetMs = offsetsMs[index] ?? 0;
    for (let row = 0; row < rowsOf(sums); row += 1) {
      const value = (column: number) => sums[column]?.[row] ?? 0;
      const counter = (index: number) => value(SUM.counters + index);
      whole.add(value(SUM.id), 0, value(SUM.partial), offsetMs + value(SUM.lastAt), counter);
    }
  }
  return whole.columns();
}

class SumTable {
  private readonly rows = new Map<string, number[]>();

  add(id: number, hour: number, partial: number, lastAt: number, counter: (index: number) => number): void {
    const row = of(this.rows, `${id} ${hour}`, () => [id, hour, 0, 0, ...new Array<number>(COUNTERS).fill(0)]);
    row[SUM.partial] = Math.max(row[SUM.partial] ?? 0, partial);
    row[SUM.lastAt] = Math.max(row[SUM.lastAt] ?? 0, lastAt);
    for (let index = 0; index < COUNTERS; index += 1) {
      const at = SUM.counters + index;
      row[at] = Math.min(Number.MAX_SAFE_INTEGER, (row[at] ?? 0) + counter(index));
    }
  }

  /** By statement and hour: neighbours are alike then. */
  columns(): Columns {
    const rows = [...this.rows.values()].sort(
      (a, b) => (a[SUM.id] ?? 0) - (b[SUM.id] ?? 0) || (a[SUM.hour] ?? 0) - (b[SUM.hour] ?? 0),
    );
    const columns = emptySums();
    for (const row of rows) pushRow(columns, row);
    return columns;
  }
}

function of<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
