import {
  appendRow,
  COUNTERS,
  type Columns,
  emptyLooks,
  emptyPoints,
  emptySums,
  hourOf,
  LOOK,
  POINT,
  pushRow,
  rowsOf,
  SUM,
} from './columns.rules.ts';

/*
 * Samples of an hour become a block, and the blocks of a day become one (monitoring.md 3.4). Looks are put in the order
 * of their time and numbered anew; points keep to their look; sums are sums. A statement that is seldom seen would cost
 * more for its row and index entry than for its figures, so those share packs, by number: one that is often seen in a
 * day gets a pack of its own, so that a year of it is read without the others.
 */
export const SHARED_PACKS = 32;
export const OWN_PACK_POINTS = 48;

/** Shared packs have negative numbers, statements have positive ones. */
export const sharedPack = (id: number): number => -1 - (id % SHARED_PACKS);

export interface HotLook {
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

export interface Pack {
  pack: number;
  points: Columns;
  /** Sums by hour of a statement with a pack of its own. */
  hours?: Columns;
}

export interface HourFold {
  looks: Columns;
  packs: Pack[];
  sums: Columns;
}

export function foldHour(unordered: readonly HotLook[]): HourFold {
  const hot = unordered.toSorted((a, b) => a.at - b.at);
  const looks = emptyLooks();
  const points = new Map<number, number[][]>();
  const sums = new SumTable();
  hot.forEach((look, number) => {
    pushRow(looks, [look.at, look.spanUs, look.gap, look.reset, look.lostUs, look.evictions]);
    look.ids.forEach((id, index) => {
      const own = of(points, id, emptyPoints);
      const counters = look.counters.map((counter) => counter[index] ?? 0);
      pushRow(own, [id, number, look.partial[index] ?? 0, ...counters]);
      sums.add(id, hourOf(look.at), look.partial[index] ?? 0, look.at, (counter) => counters[counter] ?? 0);
    });
  });
  return { looks, packs: sharedPacks(points), sums: sums.columns() };
}

/** All packs of a list of statements, none of its own. */
function sharedPacks(points: ReadonlyMap<number, Columns>): Pack[] {
  const packs = new Map<number, number[][]>();
  for (const id of [...points.keys()].sort((a, b) => a - b)) {
    const rows = points.get(id) ?? [];
    const pack = of(packs, sharedPack(id), emptyPoints);
    for (let row = 0; row < rowsOf(rows); row += 1) appendRow(pack, rows, row);
  }
  return [...packs].map(([pack, columns]) => ({ pack, points: columns }));
}

export interface LookFold {
  looks: Columns;
  /** The new number of each look, by part and old number. */
  numbers: Map<number, number[]>;
}

export function foldLooks(parts: readonly { part: number; looks: Columns }[]): LookFold {
  const all = parts.flatMap(({ part, looks }) =>
    Array.from({ length: rowsOf(looks) }, (_, row) => ({ part, looks, row, at: looks[LOOK.at]?.[row] ?? 0 })),
  );
  all.sort((a, b) => a.at - b.at);
  const looks = emptyLooks();
  const numbers = new Map<number, number[]>();
  all.forEach(({ part, looks: from, row }, number) => {
    appendRow(looks, from, row);
    of<number, number[]>(numbers, part, () => [])[row] = number;
  });
  return { looks, numbers };
}

/** What the hours' shared packs of one number become in the day: packs of their own, and what is left of the shared. */
export function foldPacks(parts: readonly { part: number; points: Columns }[], { looks, numbers }: LookFold): Pack[] {
  const points = new Map<number, number[][]>();
  for (const { part, points: from } of parts) {
    const number = numbers.get(part) ?? [];
    for (let row = 0; row < rowsOf(from); row += 1) {
      const own = of(points, from[POINT.id]?.[row] ?? 0, emptyPoints);
      appendRow(own, from, row);
      const placed = own[POINT.look] as number[];
      placed[placed.length - 1] = number[from[POINT.look]?.[row] ?? 0] ?? 0;
    }
  }
  const ordered = new Map([...points].map(([id, own]) => [id, byLook(own)]));
  const often = [...ordered].filter(([, own]) => rowsOf(own) >= OWN_PACK_POINTS);
  for (const [id] of often) ordered.delete(id);
  return [...often.map(([pack, own]) => ({ pack, points: own, hours: hourSums(own, looks) })), ...sharedPacks(ordered)];
}

function byLook(points: Columns): Columns {
  const looks = points[POINT.look] ?? [];
  const order = Array.from({ length: looks.length }, (_, row) => row);
  order.sort((a, b) => (looks[a] ?? 0) - (looks[b] ?? 0));
  return points.map((column) => order.map((row) => column[row] ?? 0));
}

function hourSums(points: Columns, looks: Columns): Columns {
  const sums = new SumTable();
  for (let row = 0; row < rowsOf(points); row += 1) {
    const value = (column: number) => points[column]?.[row] ?? 0;
    const at = looks[LOOK.at]?.[value(POINT.look)] ?? 0;
    sums.add(value(POINT.id), hourOf(at), value(POINT.partial), at, (index) => value(POINT.counters + index));
  }
  return sums.columns();
}

/** The sums of the whole day. */
export function foldSums(parts: readonly Columns[]): Columns {
  const day = new SumTable();
  for (const sums of parts) {
    for (let row = 0; row < rowsOf(sums); row += 1) {
      const value = (column: number) => sums[column]?.[row] ?? 0;
      const counter = (index: number) => value(SUM.counters + index);
      day.add(value(SUM.id), 0, value(SUM.partial), value(SUM.lastAt), counter);
    }
  }
  return day.columns();
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
