import { busyness, chance, DAY_MS, drift, HOUR_MS, load, MINUTE_MS } from '@tidegate/contracts/kernel/demo-shape';
import {
  type MadeUpStatement,
  type MadeUpTable,
  REPORT_TABLES,
  REPORTS,
  SHOP_READS,
  SHOP_TABLES,
  SHOP_WRITES,
} from './workload.ts';

export interface MadeUpServer {
  name: string;
  host: string;
  version: string;
  database: string;
  maxConnections: number;
  /** Against what the statements say. */
  scale: number;
  /** Sessions that are connected. */
  connected: number;
  statements: readonly MadeUpStatement[];
  tables: readonly MadeUpTable[];
  /** Who is busy: people by day, or reports by night. */
  busy: 'day' | 'night';
  hitRatio: number;
  /** Transactions a minute at the peak. */
  commits: number;
  transactionAge: number;
  blocked: boolean;
  /** A setting that is missing, and the SQL that mends it. */
  missing?: { id: string; what: string; fixSql: string };
  /** It has not answered for so many minutes. */
  silentMinutes?: number;
}

const at = (name: string) => `${name}.db.harbour-coffee.example`;

export const FLEET: readonly MadeUpServer[] = [
  {
    name: 'shop primary',
    host: at('shop-1'),
    version: '18.1',
    database: 'shop',
    maxConnections: 200,
    scale: 6,
    connected: 74,
    statements: [...SHOP_READS, ...SHOP_WRITES],
    tables: SHOP_TABLES,
    busy: 'day',
    hitRatio: 0.991,
    commits: 31_000,
    transactionAge: 168_000_000,
    blocked: true,
  },
  {
    name: 'shop replica',
    host: at('shop-2'),
    version: '18.1',
    database: 'shop',
    maxConnections: 200,
    scale: 4,
    connected: 41,
    statements: SHOP_READS,
    tables: [],
    busy: 'day',
    hitRatio: 0.984,
    commits: 18_000,
    transactionAge: 168_000_000,
    blocked: false,
  },
  {
    name: 'reporting',
    host: at('reporting'),
    version: '17.6',
    database: 'warehouse',
    maxConnections: 100,
    scale: 4,
    connected: 18,
    statements: REPORTS,
    tables: REPORT_TABLES,
    busy: 'night',
    hitRatio: 0.83,
    commits: 140,
    transactionAge: 1_190_000_000,
    blocked: false,
  },
  {
    name: 'stock',
    host: at('stock'),
    version: '16.10',
    database: 'stock',
    maxConnections: 100,
    scale: 0.8,
    connected: 12,
    statements: [...SHOP_READS.slice(0, 3), ...SHOP_WRITES.slice(2, 5)],
    tables: SHOP_TABLES.slice(5, 8),
    busy: 'day',
    hitRatio: 0.997,
    commits: 2_900,
    transactionAge: 74_000_000,
    blocked: false,
    missing: {
      id: 'track_io_timing',
      what: 'track_io_timing is off: how long reads and writes take is not measured.',
      fixSql: 'ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();',
    },
  },
  {
    name: 'staging',
    host: at('staging'),
    version: '18.1',
    database: 'shop',
    maxConnections: 100,
    scale: 0.1,
    connected: 6,
    statements: [...SHOP_READS, ...SHOP_WRITES.slice(0, 3)],
    tables: SHOP_TABLES.slice(6),
    busy: 'day',
    hitRatio: 0.999,
    commits: 160,
    transactionAge: 21_000_000,
    blocked: false,
    silentMinutes: 23,
  },
];

export const silentSince = ({ silentMinutes = 0 }: MadeUpServer, until: number): number =>
  until - silentMinutes * MINUTE_MS;

/** How busy a server is: 1 at the peak of a working day, or of a night of reports. */
export function intensity({ name, busy }: MadeUpServer, at: number): number {
  if (busy === 'day') return load(name, at);
  const hour = Math.floor((at % DAY_MS) / HOUR_MS);
  const night = hour >= 1 && hour < 5 ? 0.75 + 0.25 * drift(`${name} night`, at, HOUR_MS) : 0;
  return Math.max(night, 0.35 * busyness(at) * (0.6 + 0.8 * drift(name, at, 20 * MINUTE_MS)));
}

/** Time that its statements take in a minute at the peak. */
export const workUs = ({ statements, scale }: MadeUpServer, at: number, until: number): number =>
  statements.reduce(
    (sum, one) => sum + (isThere(one, at, until) ? one.calls * one.meanMs * slowness(one, at, until) : 0),
    0,
  ) *
  scale *
  1_000;

/** A jam: one session holds a lock, and more and more wait for it. */
export interface Jam {
  from: number;
  to: number;
  most: number;
  pid: number;
}

/** One in some working days, and one in the last hour. */
export function jamsOf(server: MadeUpServer, from: number, until: number): Jam[] {
  if (!server.blocked) return [];
  const jams: Jam[] = [];
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < until; day += DAY_MS) {
    if (chance(`${server.name} jam`, day) > 0.3) continue;
    const begin = day + (9 + 8 * chance('jam at', day)) * HOUR_MS;
    jams.push(jam(begin, 2 + 6 * chance('jam for', day), 3 + Math.floor(7 * chance('jam of', day))));
  }
  jams.push(jam(until - 36 * MINUTE_MS, 7, 6));
  return jams.filter((one) => one.from >= from && one.to < until).sort((a, b) => a.from - b.from);
}

function jam(begin: number, minutes: number, most: number): Jam {
  const from = Math.floor(begin / MINUTE_MS) * MINUTE_MS;
  return { from, to: from + Math.round(minutes * 60_000), most, pid: 20_000 + Math.floor(9_000 * chance('pid', from)) };
}

/** How many wait at an instant: more with every second. */
export const waitingIn = ({ from, to, most }: Jam, at: number): number =>
  at < from || at >= to ? 0 : Math.max(1, Math.ceil((most * (at - from + 20_000)) / (to - from + 20_000)));

/** How slow a statement is against its usual time, seen from the end of the data. */
export const slowness = ({ slower }: MadeUpStatement, at: number, until: number): number =>
  slower && at >= until - slower.daysAgo * DAY_MS ? slower.factor : 1;

export const isThere = ({ newDaysAgo }: MadeUpStatement, at: number, until: number): boolean =>
  newDaysAgo === undefined || at >= until - newDaysAgo * DAY_MS;

export const oidOf = (place: number): number => 16_400 + 20 * place;
export const DATABASE_OID = 16_384;
