/** A statement as it is made up: how often at the peak, and what a call costs. */
export interface MadeUpStatement {
  text: string;
  role: string;
  application: string;
  /** Calls a minute at the peak. */
  calls: number;
  meanMs: number;
  rows: number;
  /** Blocks a call. */
  hit: number;
  read?: number;
  dirtied?: number;
  temp?: number;
  walBytes?: number;
  /** What its sessions mostly wait for, when they do not compute. */
  waits?: readonly (readonly [type: string, event: string])[];
  /** So many days before the end it became slower by this factor. */
  slower?: { daysAgo: number; factor: number };
  /** It was first seen so many days before the end. */
  newDaysAgo?: number;
}

export interface MadeUpIndex {
  name: string;
  columns: readonly string[];
  /** Numbers of the columns in the table. */
  keys: readonly number[];
  bytes: number;
  /** Scans a minute at the peak; none: nobody reads it. */
  scans?: number;
  constraint?: 'p' | 'u';
  invalid?: boolean;
}

export interface MadeUpTable {
  name: string;
  rows: number;
  heapBytes: number;
  /** Part by which it grows in a day. */
  growth: number;
  /** Rows a minute at the peak. */
  inserted?: number;
  updated?: number;
  deleted?: number;
  sequentialScans?: number;
  deadShare?: number;
  vacuumedHoursAgo: number;
  indexes: readonly MadeUpIndex[];
}

const MIB = 1_024 * 1_024;
const GIB = 1_024 * MIB;
const IO = [['IO', 'DataFileRead']] as const;
const LOCK = [
  ['Lock', 'transactionid'],
  ['LWLock', 'WALWrite'],
] as const;
const WAL = [
  ['LWLock', 'WALWrite'],
  ['IO', 'WALSync'],
] as const;
const APP = { role: 'shop_app', application: 'shop-web' };
const WORKER = { role: 'shop_app', application: 'shop-worker' };

export const SHOP_READS: readonly MadeUpStatement[] = [
  {
    ...APP,
    text: 'SELECT id, name, price_cents, stock FROM products WHERE id = $1',
    ...{ calls: 6_200, meanMs: 0.275, rows: 1, hit: 4 },
  },
  {
    ...APP,
    text: 'SELECT id, items, total_cents FROM carts WHERE session_id = $1',
    ...{ calls: 3_100, meanMs: 0.475, rows: 0.8, hit: 5 },
  },
  {
    ...APP,
    text: 'SELECT r.rating, r.body, r.created_at FROM reviews r WHERE r.product_id = $1 ORDER BY r.created_at DESC LIMIT $2',
    ...{ calls: 740, meanMs: 4.75, rows: 12, hit: 34, read: 2, waits: IO },
  },
  {
    ...APP,
    text:
      'SELECT o.id, o.status, o.total_cents, c.email FROM orders o JOIN customers c ON c.id = o.customer_id ' +
      'WHERE o.status = $1 ORDER BY o.created_at DESC LIMIT $2',
    ...{ calls: 310, meanMs: 10.5, rows: 25, hit: 160, read: 9, waits: IO, slower: { daysAgo: 6, factor: 4.4 } },
  },
  {
    ...APP,
    text:
      'SELECT p.id, p.name FROM products p JOIN order_items i ON i.product_id = p.id ' +
      'WHERE i.order_id IN (SELECT order_id FROM order_items WHERE product_id = $1) GROUP BY p.id, p.name LIMIT $2',
    ...{ calls: 180, meanMs: 24, rows: 8, hit: 520, read: 14, waits: IO, newDaysAgo: 9 },
  },
  {
    ...WORKER,
    text: 'SELECT count(*) FROM sessions WHERE expires_at > now()',
    ...{ calls: 58, meanMs: 55, rows: 1, hit: 2_900, read: 40, waits: IO },
  },
  {
    ...WORKER,
    text: 'SELECT sku, sum(quantity) FROM stock_moves WHERE moved_at > $1 GROUP BY sku ORDER BY $2',
    ...{ calls: 5, meanMs: 850, rows: 4_100, hit: 21_000, read: 3_800, temp: 950, waits: IO },
  },
];

export const SHOP_WRITES: readonly MadeUpStatement[] = [
  {
    ...APP,
    text: 'UPDATE carts SET items = $1, total_cents = $2, updated_at = now() WHERE id = $3',
    ...{ calls: 910, meanMs: 2.25, rows: 1, hit: 12, dirtied: 2, walBytes: 640, waits: WAL },
  },
  {
    ...APP,
    text: 'INSERT INTO orders (customer_id, status, total_cents, created_at) VALUES ($1, $2, $3, now()) RETURNING id',
    ...{ calls: 86, meanMs: 5.75, rows: 1, hit: 22, dirtied: 4, walBytes: 1_450, waits: WAL },
  },
  {
    ...APP,
    text: 'INSERT INTO events (kind, payload, created_at) VALUES ($1, $2, now())',
    ...{ calls: 1_450, meanMs: 0.6, rows: 1, hit: 6, dirtied: 1, walBytes: 520, waits: WAL },
  },
  {
    ...WORKER,
    text: 'UPDATE inventory SET reserved = reserved + $1 WHERE sku = $2',
    ...{ calls: 245, meanMs: 14.5, rows: 1, hit: 9, dirtied: 1, walBytes: 310, waits: LOCK },
  },
  {
    ...WORKER,
    text: 'DELETE FROM sessions WHERE expires_at < now() - $1::interval',
    ...{ calls: 1, meanMs: 1_075, rows: 900, hit: 6_200, read: 210, dirtied: 700, walBytes: 96_000, waits: IO },
  },
  {
    ...WORKER,
    text: 'REFRESH MATERIALIZED VIEW CONCURRENTLY best_sellers',
    ...{ calls: 0.4, meanMs: 5_750, rows: 0, hit: 41_000, read: 5_200, temp: 2_600, walBytes: 410_000, waits: IO },
  },
];

const REPORT = { role: 'reporting', application: 'metabase' };
export const REPORTS: readonly MadeUpStatement[] = [
  {
    ...REPORT,
    text:
      'SELECT date_trunc($1, created_at) AS day, sum(total_cents) FROM orders WHERE created_at >= $2 ' +
      'GROUP BY day ORDER BY day',
    ...{ calls: 9, meanMs: 1_900, rows: 90, hit: 52_000, read: 31_000, temp: 1_200, waits: IO },
  },
  {
    ...REPORT,
    text: 'SELECT country, count(DISTINCT customer_id) FROM order_facts GROUP BY country ORDER BY $1 DESC',
    ...{ calls: 4, meanMs: 3_400, rows: 42, hit: 88_000, read: 61_000, temp: 9_400, waits: IO },
  },
  {
    ...REPORT,
    text: 'SELECT product_id, sum(quantity), avg(price_cents) FROM order_facts WHERE day BETWEEN $1 AND $2 GROUP BY product_id',
    ...{ calls: 11, meanMs: 820, rows: 2_600, hit: 30_000, read: 11_000, waits: IO },
  },
  {
    ...REPORT,
    text: 'COPY order_facts FROM STDIN',
    ...{ calls: 0.5, meanMs: 6_800, rows: 48_000, hit: 61_000, dirtied: 4_100, walBytes: 9_800_000, waits: WAL },
  },
  {
    ...REPORT,
    text: 'SELECT name, value FROM dashboard_settings WHERE user_id = $1',
    ...{ calls: 95, meanMs: 0.3, rows: 6, hit: 3 },
  },
];

const id = (table: string, bytes: number, scans: number): MadeUpIndex => ({
  name: `${table}_pkey`,
  columns: ['id'],
  keys: [1],
  bytes,
  scans,
  constraint: 'p',
});

export const SHOP_TABLES: readonly MadeUpTable[] = [
  {
    name: 'events',
    ...{ rows: 210_000_000, heapBytes: 41 * GIB, growth: 0.006, inserted: 1_450, vacuumedHoursAgo: 9 },
    indexes: [
      id('events', 4.6 * GIB, 2),
      { name: 'events_created_at_idx', columns: ['created_at'], keys: [4], bytes: 4.4 * GIB, scans: 3 },
      { name: 'events_payload_idx', columns: ['payload'], keys: [3], bytes: 7.1 * GIB },
    ],
  },
  {
    name: 'orders',
    ...{ rows: 9_800_000, heapBytes: 2.6 * GIB, growth: 0.003, inserted: 86, updated: 260, vacuumedHoursAgo: 5 },
    indexes: [
      id('orders', 230 * MIB, 900),
      { name: 'orders_customer_id_idx', columns: ['customer_id'], keys: [2], bytes: 210 * MIB, scans: 40 },
      {
        name: 'orders_customer_id_created_at_idx',
        columns: ['customer_id', 'created_at'],
        keys: [2, 5],
        bytes: 390 * MIB,
        scans: 160,
      },
      { name: 'orders_status_idx', columns: ['status'], keys: [3], bytes: 96 * MIB, scans: 310 },
    ],
  },
  {
    name: 'order_items',
    ...{ rows: 31_000_000, heapBytes: 3.1 * GIB, growth: 0.003, inserted: 240, vacuumedHoursAgo: 7 },
    indexes: [
      id('order_items', 690 * MIB, 60),
      { name: 'order_items_order_id_idx', columns: ['order_id'], keys: [2], bytes: 670 * MIB, scans: 720 },
    ],
  },
  {
    name: 'carts',
    ...{ rows: 640_000, heapBytes: 1.2 * GIB, growth: 0.001, inserted: 120, updated: 910, deleted: 118 },
    ...{ deadShare: 0.38, vacuumedHoursAgo: 61 },
    indexes: [
      id('carts', 34 * MIB, 940),
      {
        name: 'carts_session_id_key',
        columns: ['session_id'],
        keys: [2],
        bytes: 52 * MIB,
        scans: 3_100,
        constraint: 'u',
      },
      { name: 'carts_session_id_idx', columns: ['session_id'], keys: [2], bytes: 51 * MIB, scans: 0 },
    ],
  },
  {
    name: 'reviews',
    ...{ rows: 4_200_000, heapBytes: 980 * MIB, growth: 0.002, inserted: 9, vacuumedHoursAgo: 21 },
    indexes: [
      id('reviews', 92 * MIB, 4),
      { name: 'reviews_product_id_idx', columns: ['product_id'], keys: [2], bytes: 88 * MIB, scans: 740 },
      { name: 'reviews_rating_idx_ccnew', columns: ['rating'], keys: [3], bytes: 61 * MIB, invalid: true },
    ],
  },
  {
    name: 'sessions',
    ...{ rows: 1_900_000, heapBytes: 410 * MIB, growth: 0, inserted: 410, deleted: 405, sequentialScans: 58 },
    ...{ deadShare: 0.12, vacuumedHoursAgo: 2 },
    indexes: [id('sessions', 61 * MIB, 3_300)],
  },
  {
    name: 'inventory',
    ...{ rows: 38_000, heapBytes: 22 * MIB, growth: 0, updated: 245, deadShare: 0.06, vacuumedHoursAgo: 1 },
    indexes: [{ ...id('inventory', 2 * MIB, 480), columns: ['sku'] }],
  },
  {
    name: 'products',
    ...{ rows: 38_000, heapBytes: 31 * MIB, growth: 0.0005, updated: 3, vacuumedHoursAgo: 12 },
    indexes: [id('products', 2 * MIB, 6_400)],
  },
  {
    name: 'customers',
    ...{ rows: 2_100_000, heapBytes: 520 * MIB, growth: 0.002, inserted: 12, updated: 30, vacuumedHoursAgo: 18 },
    indexes: [
      id('customers', 46 * MIB, 620),
      { name: 'customers_email_key', columns: ['email'], keys: [2], bytes: 120 * MIB, scans: 90, constraint: 'u' },
    ],
  },
];

export const REPORT_TABLES: readonly MadeUpTable[] = [
  {
    name: 'order_facts',
    ...{ rows: 118_000_000, heapBytes: 26 * GIB, growth: 0.004, inserted: 24_000, sequentialScans: 4 },
    vacuumedHoursAgo: 30,
    indexes: [
      { name: 'order_facts_day_idx', columns: ['day'], keys: [1], bytes: 2.5 * GIB, scans: 11 },
      { name: 'order_facts_product_id_idx', columns: ['product_id'], keys: [3], bytes: 2.6 * GIB, scans: 0.2 },
      { name: 'order_facts_country_idx', columns: ['country'], keys: [5], bytes: 0.9 * GIB },
    ],
  },
  {
    name: 'dashboard_settings',
    ...{ rows: 1_900, heapBytes: 1.4 * MIB, growth: 0, updated: 2, vacuumedHoursAgo: 44 },
    indexes: [id('dashboard_settings', 0.2 * MIB, 95)],
  },
];
