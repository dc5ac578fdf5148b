import { DAY_MS, HOUR_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import type { IndexFacts } from '../relations/index-shape.rules.ts';
import { check, passed } from '../servers/report/check.rules.ts';
import type { WraparoundSnapshot } from '../wraparound/wraparound.queries.ts';
import { DATABASE_OID, type MadeUpServer, oidOf } from './fleet.ts';
import type { MadeUpIndex } from './workload.ts';

/** What a server is that a collector once looked at, as far as that does not change from minute to minute. */
export function reportOf(server: MadeUpServer, until: number): ServerReport {
  const { host, database, version, missing } = server;
  const since = new Date(until - 19 * DAY_MS).toISOString();
  const checks = [
    passed('reach', `${host} port 5432 answers.`),
    passed('login', `The role tidegate may connect to the database ${database}.`),
    passed('version', `PostgreSQL ${version}.`),
    passed('tls', 'Encrypted, and the certificate is checked.'),
    passed('role', 'The role is not a superuser.'),
    passed('statements_preloaded', 'pg_stat_statements is loaded.'),
    check(missing === undefined, 'track_io_timing', 'track_io_timing is on.', {
      severity: 'warning',
      what: missing?.what ?? '',
      fixSql: missing?.fixSql ?? '',
      since,
    }),
  ];
  return { ok: missing === undefined, usable: true, version, takenAt: new Date(until - HOUR_MS).toISOString(), checks };
}

export interface ShapedIndex {
  oid: number;
  columns: readonly string[];
  facts: IndexFacts;
  bytes: number;
  lastScanAt: Date | null;
}

const facts = ({ keys, constraint }: MadeUpIndex): IndexFacts => ({
  keys: [...keys],
  include: [],
  classes: keys.map(() => 1_978),
  collations: keys.map(() => 0),
  options: keys.map(() => 0),
  expressions: null,
  predicate: null,
  parameters: '',
  constraint: constraint ?? null,
  replicaIdentity: false,
  clustered: false,
  attached: false,
  extension: false,
  foreignKeys: [],
});

export const shapesOf = ({ tables }: MadeUpServer, until: number): ShapedIndex[] =>
  tables.flatMap(({ indexes }, place) =>
    indexes.map((index, number) => ({
      oid: oidOf(place) + 1 + number,
      columns: index.columns,
      facts: facts(index),
      bytes: Math.round(index.bytes),
      lastScanAt: index.scans ? new Date(until - HOUR_MS) : null,
    })),
  );

export interface SizeOfDay {
  oid: number;
  day: string;
  heapBytes: number;
  indexBytes: number;
  liveRows: number;
  deadRows: number;
}

/** Of each day, as tables have grown to what they are at the end. */
export function sizesOf({ tables }: MadeUpServer, from: number, until: number): SizeOfDay[] {
  const sizes: SizeOfDay[] = [];
  for (let day = Math.floor(from / DAY_MS) * DAY_MS + DAY_MS; day <= until; day += DAY_MS) {
    tables.forEach((table, place) => {
      const part = 1 - table.growth * ((until - day) / DAY_MS);
      const indexBytes = table.indexes.reduce((sum, { bytes }) => sum + bytes, 0);
      sizes.push({
        oid: oidOf(place),
        day: new Date(day).toISOString().slice(0, 10),
        heapBytes: Math.round(table.heapBytes * part),
        indexBytes: Math.round(indexBytes * part),
        liveRows: Math.round(table.rows * part),
        deadRows: Math.round(table.rows * (table.deadShare ?? 0.01)),
      });
    });
  }
  return sizes;
}

/** Transaction ids are used up steadily; on the reporting server a forgotten slot holds vacuum back. */
export function wraparoundAt(server: MadeUpServer, at: number, until: number): WraparoundSnapshot {
  const used = ((until - at) / DAY_MS) * 2_400_000;
  const xidAge = Math.max(1_000, Math.round(server.transactionAge - used));
  const multixactAge = Math.round(xidAge / 40);
  return {
    nextXid: Math.round(4_100_000_000 - used),
    databases: [{ oid: DATABASE_OID, name: server.database, xidAge, multixactAge, oldestMultixact: 900_000 }],
    holders:
      server.busy === 'night'
        ? [
            {
              kind: 'slot_xmin',
              name: 'warehouse_export',
              age: Math.round(xidAge * 0.97),
              since: null,
              database: null,
              role: null,
              state: 'inactive',
            },
          ]
        : [],
    settings: {
      autovacuum: true,
      freezeMaxAge: 200_000_000,
      multixactFreezeMaxAge: 400_000_000,
      failsafeAge: 1_600_000_000,
      multixactFailsafeAge: 1_600_000_000,
      maxWorkers: 3,
      costDelayMs: 2,
      costLimit: 200,
    },
  };
}

export const agedTablesOf = ({ tables, transactionAge }: MadeUpServer) =>
  tables.map(({ name }, place) => ({
    schema: 'public',
    name,
    toastOf: null,
    temporary: false,
    autovacuumOff: false,
    xidAge: Math.round(transactionAge * (1 - place * 0.07)),
    multixactAge: Math.round((transactionAge / 40) * (1 - place * 0.07)),
  }));

export const NOTES = [
  { daysAgo: 6, text: 'Release 4.12: new order list' },
  { daysAgo: 9, text: 'Release 4.11: "also bought" on product pages' },
  { daysAgo: 15, text: 'Winter sale begins' },
  { daysAgo: 23, text: 'shared_buffers raised to 16 GB' },
];
