import type { Tx } from '@tidegate/database/tx';
import type { WorkedText } from '../kernel/scrubbing/scrub.worker.ts';
import { arrayOf, arrayText, insertSample, sampleTable } from '../kernel/storage/sample.rows.ts';
import { loadServerEpoch } from '../reset-epochs/server-epoch.rows.ts';
import { STATEMENT_COUNTERS } from '../series/statement-counters.rules.ts';
import { FINGERPRINT_VERSION, queryKeys } from './query-key.rows.ts';
import { type StatementInterval, type StatementReading, type StatementState } from './statement-deltas.rules.ts';
import { StatementEntries } from './statement-entries.rules.ts';
import { parseKey, statementKey } from './statement-key.rules.ts';

export const STATEMENT_SAMPLES = sampleTable('statement_samples', STATEMENT_COUNTERS, {
  extra: ['gap', 'reset', 'lost_us', 'evictions'],
});

export interface StoredStatements {
  /** With our own numbers of the series. */
  state: StatementState | undefined;
  /** Series whose text has not been read yet. */
  textless: Set<string>;
  textBytes: number | null;
  fingerprintVersion: number | null;
}

interface SnapshotRow {
  identity: string;
  stats_reset: string | null;
  evictions: string | null;
  at: string;
  text_bytes: string | null;
  fingerprint_version: number | null;
}

interface StoredRow {
  statement_id: string;
  database_oid: string;
  role_oid: string;
  query_id: string;
  toplevel: boolean;
  counters: string;
  min_ms: number;
  max_ms: number;
  total_ms: number;
  since: string | null;
  has_text: boolean;
}

const keyOf = (row: Pick<StoredRow, 'database_oid' | 'role_oid' | 'query_id' | 'toplevel'>) =>
  statementKey(Number(row.database_oid), Number(row.role_oid), row.query_id, row.toplevel);

/** What the collector before us had seen, so that no interval is lost or counted twice. */
export async function loadStatements(tx: Tx, serverId: string): Promise<StoredStatements> {
  const snapshot = await tx.one<SnapshotRow>(
    `select identity, stats_reset, evictions, at, text_bytes, fingerprint_version
       from statement_snapshots where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId],
  );
  const rows = await tx.query<StoredRow>(
    `select statement_id, database_oid, role_oid, query_id, toplevel,
            array_to_string(counters, ',') as counters, min_ms, max_ms, total_ms, since,
            text is not null as has_text
       from statement_counters join statements using (org_id, server_id, statement_id)
      where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId],
  );
  const resetEpoch = (await loadServerEpoch(tx, serverId)) ?? null;
  const number = (text: string | null) => (text === null ? null : Number(text));
  const entries = StatementEntries.of(rows.map(toReading));
  for (const row of rows) entries.setNumber(keyOf(row), Number(row.statement_id));
  const state: StatementState | undefined = snapshot && {
    identity: snapshot.identity,
    resetEpoch,
    statsReset: number(snapshot.stats_reset),
    evictions: number(snapshot.evictions),
    at: Number(snapshot.at),
    entries,
  };
  return {
    state,
    textless: new Set(rows.filter((row) => !row.has_text).map(keyOf)),
    textBytes: number(snapshot?.text_bytes ?? null),
    fingerprintVersion: snapshot?.fingerprint_version ?? null,
  };
}

/** How much text the server had when texts were last read, where that is known. */
export async function statementTextBytes(tx: Tx, serverId: string): Promise<number | null> {
  const snapshot = await tx.one<{ text_bytes: string | null }>(
    'select text_bytes from statement_snapshots where org_id = $1 and server_id = $2',
    [tx.orgId, serverId],
  );
  return snapshot?.text_bytes ? Number(snapshot.text_bytes) : null;
}

const toReading = (row: StoredRow): StatementReading => ({
  key: keyOf(row),
  checksum: 0n,
  counters: arrayOf(row.counters),
  minMs: row.min_ms,
  maxMs: row.max_ms,
  totalMs: row.total_ms,
  since: row.since === null ? null : Number(row.since),
});

export async function hasStatement(tx: Tx, serverId: string, statementId: number): Promise<boolean> {
  const row = await tx.one('select 1 from statements where org_id = $1 and server_id = $2 and statement_id = $3', [
    tx.orgId,
    serverId,
    statementId,
  ]);
  return row !== undefined;
}

export interface Names {
  database(oid: string): string;
  role(oid: string): string;
}

export interface NamesByOid {
  databases: ReadonlyMap<string, string>;
  roles: ReadonlyMap<string, string>;
}

/** Statements of databases and roles that have another name by now. */
export async function renameStatements(tx: Tx, serverId: string, { databases, roles }: NamesByOid): Promise<void> {
  for (const [kind, names] of Object.entries({ database: databases, role: roles })) {
    await tx.query(
      `update statements s set ${kind}_name = n.name from unnest($3::bigint[], $4::text[]) as n(oid, name)
        where s.org_id = $1 and s.server_id = $2 and s.${kind}_oid = n.oid and s.${kind}_name <> n.name`,
      [tx.orgId, serverId, [...names.keys()], [...names.values()]],
    );
  }
}

/** Numbers for series that have none yet. */
export async function numberStatements(
  tx: Tx,
  serverId: string,
  keys: readonly string[],
  names: Names,
): Promise<{ ids: Map<string, number>; textless: string[] }> {
  if (keys.length === 0) return { ids: new Map(), textless: [] };
  const parsed = keys.map(parseKey);
  const rows = await tx.query<Omit<StoredRow, 'counters'>>(
    `insert into statements as s (org_id, server_id, database_oid, role_oid, query_id, toplevel, database_name, role_name)
     select $1, $2, * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[], $8::text[])
     on conflict (org_id, server_id, database_oid, role_oid, query_id, toplevel) do update set gone_at = null
     returning statement_id, database_oid, role_oid, query_id, toplevel, text is not null as has_text`,
    [
      tx.orgId,
      serverId,
      parsed.map((key) => key.dbid),
      parsed.map((key) => key.userid),
      parsed.map((key) => key.queryid),
      parsed.map((key) => key.toplevel),
      parsed.map((key) => names.database(String(key.dbid))),
      parsed.map((key) => names.role(String(key.userid))),
    ],
  );
  const keyed = rows.map((row) => [keyOf(row as StoredRow), row] as const);
  return {
    ids: new Map(keyed.map(([key, row]) => [key, Number(row.statement_id)])),
    textless: keyed.filter(([, row]) => !row.has_text).map(([key]) => key),
  };
}

export interface StatementSnapshot {
  serverId: string;
  takenAt: Date;
  state: StatementState;
  interval: StatementInterval | undefined;
  changed: readonly StatementReading[];
  gone: readonly string[];
  /** Our own number of a series, among those of this snapshot and of the one before. */
  numberOf(key: string): number | undefined;
  textBytes: number | null;
}

/** The snapshot and what it counted, in one transaction: both are stored or neither. */
export async function storeSnapshot(tx: Tx, snapshot: StatementSnapshot): Promise<void> {
  const { serverId, state, textBytes } = snapshot;
  const id = (key: string): number => {
    const known = snapshot.numberOf(key);
    if (known === undefined) throw new Error('A statement has no number.');
    return known;
  };
  await tx.query(
    `insert into statement_snapshots
       (org_id, server_id, identity, stats_reset, evictions, at, text_bytes, fingerprint_version)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (org_id, server_id) do update set identity = excluded.identity, stats_reset = excluded.stats_reset,
       evictions = excluded.evictions, at = excluded.at, text_bytes = excluded.text_bytes`,
    [
      tx.orgId,
      serverId,
      state.identity,
      state.statsReset,
      state.evictions,
      state.at,
      textBytes,
      // What is stored keeps the version that it was hashed by.
      FINGERPRINT_VERSION,
    ],
  );
  await saveCounters(tx, serverId, snapshot.changed, id);
  await markGone(tx, serverId, snapshot.gone.map(id));
  const { interval } = snapshot;
  if (!interval) return;
  await insertSample(tx, STATEMENT_SAMPLES, {
    serverId,
    takenAt: snapshot.takenAt,
    spanUs: interval.gap ? 0 : Math.max(0, interval.to - interval.from),
    extra: [interval.gap, interval.resetAt !== null, interval.lostUs, interval.evictions],
    deltas: interval.deltas.map(({ key, partial, counters }) => ({ id: id(key), partial, counters })),
  });
}

async function saveCounters(
  tx: Tx,
  serverId: string,
  changed: readonly StatementReading[],
  id: (key: string) => number,
): Promise<void> {
  if (changed.length === 0) return;
  await tx.query(
    `insert into statement_counters (org_id, server_id, statement_id, counters, min_ms, max_ms, total_ms, since)
     select $1, $2, u.id, u.counters::bigint[], u.least, u.most, u.total, u.since
       from unnest($3::bigint[], $4::text[], $5::float8[], $6::float8[], $7::float8[], $8::bigint[])
         as u(id, counters, least, most, total, since)
     on conflict (org_id, server_id, statement_id) do update set counters = excluded.counters, min_ms = excluded.min_ms,
       max_ms = excluded.max_ms, total_ms = excluded.total_ms, since = excluded.since`,
    [
      tx.orgId,
      serverId,
      changed.map((row) => id(row.key)),
      changed.map((row) => arrayText(row.counters)),
      changed.map((row) => row.minMs),
      changed.map((row) => row.maxMs),
      changed.map((row) => row.totalMs),
      changed.map((row) => row.since),
    ],
  );
}

async function markGone(tx: Tx, serverId: string, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const parameters = [tx.orgId, serverId, ids];
  const which = 'where org_id = $1 and server_id = $2 and statement_id = any ($3::bigint[])';
  await tx.query(`delete from statement_counters ${which}`, parameters);
  await tx.query(`update statements set gone_at = now() ${which}`, parameters);
}

export async function storeTexts(
  tx: Tx,
  serverId: string,
  texts: readonly { id: number; text: WorkedText }[],
): Promise<void> {
  const fingerprints = texts.flatMap(({ text }) => text.fingerprint ?? []);
  const keys = await queryKeys(tx, serverId, FINGERPRINT_VERSION, fingerprints);
  await tx.query(
    `update statements s set text = u.text, text_truncated = u.truncated, query_key = u.query_key
       from unnest($3::bigint[], $4::text[], $5::boolean[], $6::uuid[]) as u(id, text, truncated, query_key)
      where s.org_id = $1 and s.server_id = $2 and s.statement_id = u.id`,
    [
      tx.orgId,
      serverId,
      texts.map(({ id }) => id),
      texts.map(({ text }) => text.text),
      texts.map(({ text }) => text.truncated),
      texts.map(({ text }) => keys.get(text.fingerprint ?? '') ?? null),
    ],
  );
}
