import { chance, DAY_MS, HOUR_MS, MINUTE_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { CountedDelta } from '../kernel/storage/sample.rows.ts';
import type { RecentSnapshot } from '../series/roll-up.rules.ts';
import { intensity, isThere, type Jam, type MadeUpServer, oidOf, slowness, waitingIn, workUs } from './fleet.ts';
import type { MadeUpStatement } from './workload.ts';

/* What a server counted in a time, in the form in which it is stored. */

const BLOCK = 8_192;
const READ_US = 90;
/** Sessions are active while their clients are slow as well. */
export const WAITS_TOO = 1.15;

const whole = (value: number): number => Math.max(0, Math.round(value));
const jitter = (name: string, at: number): number => 0.85 + 0.3 * chance(name, at);

/** Of the minute that ends at an instant. In the order of `MINUTE_COLUMNS`. */
export function minuteOf(server: MadeUpServer, at: number, jams: readonly Jam[], until: number): number[] {
  const busy = intensity(server, at);
  const calls = whole(callsAMinute(server) * busy);
  const blocks = (server.commits * 60 + calls * 30) * busy;
  const waiting = Math.max(0, ...jams.map((jam) => waitingIn(jam, at)));
  const work = workUs(server, at, until) * busy * jitter(`${server.name} work`, at);
  const active = (work / 60_000_000) * WAITS_TOO;
  const most = Math.ceil(active + 2 * chance(`${server.name} most`, at)) + waiting;
  const daysAgo = (until - at) / DAY_MS;
  return [
    60_000_000,
    60_000_000,
    whole(server.commits * busy * jitter('commits', at)),
    whole(server.commits * busy * 0.004 * jitter('rollbacks', at)),
    whole(calls * 31 * jitter('rows', at)),
    whole(server.commits * 0.31 * busy * jitter('written', at)),
    whole(blocks * server.hitRatio),
    whole(blocks * (1 - server.hitRatio) * jitter('read', at)),
    whole(server.busy === 'night' ? 3 * busy : 0.3 * busy),
    whole((server.busy === 'night' ? 2_600 : 180) * BLOCK * busy * jitter('temp', at)),
    server.blocked && chance('deadlock', at) < 0.0002 ? 1 : 0,
    calls,
    whole(work),
    whole(server.commits * 620 * busy * jitter('wal', at)),
    6,
    whole(6 * (active + waiting * 0.8)),
    most,
    waiting,
    whole(1.6 * busy * chance('idle in transaction', at)),
    whole(server.connected * (0.85 + 0.15 * busy)) + waiting,
    whole((waiting > 0 ? 90_000_000 : 4_000_000) * jitter('longest', at)),
    whole(server.transactionAge - 2_400_000 * daysAgo),
    whole(bytesOf(server) * (1 - 0.004 * daysAgo)),
  ];
}

export const bytesOf = ({ tables, name }: MadeUpServer): number => {
  const own = tables.reduce(
    (sum, { heapBytes, indexes }) => sum + heapBytes + indexes.reduce((all, { bytes }) => all + bytes, 0),
    0,
  );
  return own > 0 ? whole(own) : name === 'shop replica' ? 66 * 1_024 ** 3 : 1_024 ** 3;
};

const callsAMinute = ({ statements, scale }: MadeUpServer): number =>
  statements.reduce((sum, { calls }) => sum + calls, 0) * scale;

/** A snapshot of statements that covers the minutes before an instant; ids in the order of the statements. */
export function snapshotOf(
  server: MadeUpServer,
  ids: readonly number[],
  { at, minutes, until }: { at: number; minutes: number; until: number },
): RecentSnapshot {
  const busy = intensity(server, at - (minutes * MINUTE_MS) / 2);
  const called = server.statements.flatMap((statement, place) => {
    if (!isThere(statement, at, until)) return [];
    const exact = statement.calls * server.scale * busy * minutes * jitter(statement.text, at);
    const calls = Math.floor(exact) + (chance(`${statement.text} whole`, at) < exact % 1 ? 1 : 0);
    return calls > 0 ? [{ id: ids[place] ?? 0, counters: countersOf(statement, calls, at, until) }] : [];
  });
  return {
    at: at % DAY_MS,
    spanUs: minutes * 60_000_000,
    gap: 0,
    reset: 0,
    lostUs: 0,
    evictions: 0,
    ids: called.map(({ id }) => id),
    partial: called.map(() => 0),
    counters: Array.from({ length: 17 }, (_, index) => called.map(({ counters }) => counters[index] ?? 0)),
  };
}

/** In the order of `STATEMENT_COUNTERS`. */
export function countersOf(statement: MadeUpStatement, calls: number, at: number, until: number): number[] {
  const { meanMs, rows, hit, read = 0, dirtied = 0, temp = 0, walBytes = 0 } = statement;
  const slow = slowness(statement, at, until);
  return [
    calls,
    0,
    whole(calls * rows),
    whole(calls * meanMs * 1_000 * slow * jitter(`${statement.text} time`, at)),
    0,
    whole(calls * hit * (slow > 1 ? 2.6 : 1)),
    whole(calls * read * slow),
    whole(calls * dirtied),
    whole(calls * dirtied * 0.1),
    0,
    0,
    whole(calls * temp),
    whole(calls * temp),
    whole(calls * read * slow * READ_US),
    whole(calls * dirtied * 8),
    whole((calls * walBytes) / 110),
    whole(calls * walBytes),
  ];
}

/** In the order of `DATABASE_COUNTERS`: minutes added up. */
export function databaseCounters(minutes: readonly (readonly number[])[]): number[] {
  const sum = (column: number) => minutes.reduce((all, row) => all + (row[column] ?? 0), 0);
  const written = sum(5);
  return [
    sum(2),
    sum(3),
    sum(7),
    sum(6),
    sum(4),
    whole(sum(4) * 0.4),
    whole(written * 0.55),
    whole(written * 0.38),
    whole(written * 0.07),
    sum(8),
    sum(9),
    sum(10),
    whole(sum(12) * WAITS_TOO),
  ];
}

/** In the order of `TABLE_COUNTERS` and `INDEX_COUNTERS`. */
export function relationCounters(
  server: MadeUpServer,
  at: number,
  minutes: number,
): { tables: CountedDelta[]; indexes: CountedDelta[] } {
  const times = intensity(server, at - Math.min(HOUR_MS, minutes * MINUTE_MS) / 2) * minutes * server.scale;
  const tables: CountedDelta[] = [];
  const indexes: CountedDelta[] = [];
  server.tables.forEach((table, place) => {
    const { inserted = 0, updated = 0, deleted = 0, sequentialScans = 0.02, rows } = table;
    const scans = whole(sequentialScans * times * jitter(table.name, at));
    const read = table.indexes.reduce((sum, one) => sum + (one.scans ?? 0), 0) * times;
    const counters = [
      scans,
      scans * rows,
      whole(read * 0.4),
      whole(inserted * times),
      whole(updated * times),
      whole(updated * times * 0.7),
      whole(deleted * times),
      whole(read * 0.2 + scans * 30),
      whole(read * 9 + scans * 400),
    ];
    tables.push({ id: oidOf(place), partial: false, counters });
    table.indexes.forEach((index, number) => {
      const used = whole((index.scans ?? 0) * times * jitter(index.name, at));
      if (used === 0) return;
      indexes.push({
        id: oidOf(place) + 1 + number,
        partial: false,
        counters: [used, used * 4, used * 3, whole(used * 0.05), used * 4],
      });
    });
  });
  return { tables, indexes };
}
