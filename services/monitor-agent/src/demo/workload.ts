import { readFileSync } from 'node:fs';

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

/** Their texts are data and no queries of ours. */
const STATEMENTS: Record<'shopReads' | 'shopWrites' | 'reports', MadeUpStatement[]> & { holdsTheLock: string } =
  JSON.parse(readFileSync(new URL('../../data/demo-statements.json', import.meta.url), 'utf8'));
export const { shopReads: SHOP_READS, shopWrites: SHOP_WRITES, reports: REPORTS } = STATEMENTS;
export const HOLDS_THE_LOCK = STATEMENTS.holdsTheLock;

const MIB = 1_024 * 1_024;
const GIB = 1_024 * MIB;
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
