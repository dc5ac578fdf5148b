import type { Tx } from '@tidegate/database/tx';
import type { ResetEpoch } from '../kernel/instance/reset-epoch.rules.ts';
import { rollUpLate } from '../kernel/storage/roll-up.ts';
import { arrayOf, arrayText, type CountedDelta, insertSample } from '../kernel/storage/sample.rows.ts';
import type { DatabaseState } from './counters.rules.ts';
import { leave } from './gone.rows.ts';
import { KnownRelations } from './known-relations.rules.ts';
import { type Counted, UNSETTLED } from './readings.rules.ts';
import type { CountedKind } from './relation-kinds.rows.ts';
import { RELATION_SUMS } from './relation-rollups.rows.ts';

/** Of the server's counters and of those of the databases that were read. */
export interface ScopeResetEpoch extends ResetEpoch {
  state: DatabaseState;
}

export interface StoredSnapshot {
  relations: KnownRelations;
  snapshotAt: Date;
  identity: string;
  resetEpoch: ScopeResetEpoch | null;
}

/** What was last seen, by database; all under 0 where oids are the server's own. */
export async function loadSnapshots(
  tx: Tx,
  { table, samples }: CountedKind<never>,
  serverId: string,
): Promise<Map<number, StoredSnapshot>> {
  const snapshots = await tx.query<{
    database_oid: string;
    taken_at: Date;
    identity: string;
    reset_epoch: ScopeResetEpoch | null;
  }>(
    'select database_oid, taken_at, identity, reset_epoch from relation_snapshots where org_id = $1 and server_id = $2 and kind = $3',
    [tx.orgId, serverId, table],
  );
  const rows = await tx.query<{ scope: string; oid: string; counters: string }>(
    `select ${samples.scope ?? '0'} as scope, oid, array_to_string(counters, ',') as counters from ${table}
      where org_id = $1 and server_id = $2 and gone_at is null`,
    [tx.orgId, serverId],
  );
  const found = new Map<number, Counted[]>(snapshots.map((snapshot) => [Number(snapshot.database_oid), []]));
  for (const row of rows) {
    const one = { oid: Number(row.oid), definition: UNSETTLED, counters: arrayOf(row.counters) };
    found.get(Number(row.scope))?.push(one);
  }
  return new Map(
    snapshots.map((snapshot) => {
      const scope = Number(snapshot.database_oid);
      const relations = KnownRelations.of(found.get(scope) ?? []);
      return [
        scope,
        { relations, snapshotAt: snapshot.taken_at, identity: snapshot.identity, resetEpoch: snapshot.reset_epoch },
      ];
    }),
  );
}

export interface CountedSnapshot<Reading> {
  serverId: string;
  database: string;
  /** 0 where oids are the server's own. */
  databaseOid: number;
  identity: string;
  resetEpoch: ScopeResetEpoch;
  /** Counters restarted since the snapshot before, or may have. */
  anew: boolean;
  takenAt: Date;
  /** Microseconds since the snapshot before; undefined when there is none to compare with. */
  spanUs: number | undefined;
  changed: readonly Reading[];
  gone: readonly number[];
  deltas: readonly CountedDelta[];
}

export async function storeCounted<Reading extends { oid: number; counters: readonly number[] }>(
  tx: Tx,
  kind: CountedKind<Reading>,
  snapshot: CountedSnapshot<Reading>,
): Promise<void> {
  const { serverId, databaseOid, takenAt, changed, gone } = snapshot;
  const scope = kind.samples.scope ? [databaseOid] : [];
  const isLate = await storeSnapshot(tx, kind.table, snapshot);
  if (changed.length > 0) {
    const rows = changed.map((reading) => kind.values(reading, snapshot.database));
    await tx.query(upsert(kind), [
      tx.orgId,
      serverId,
      changed.map((reading) => reading.oid),
      changed.map((reading) => arrayText(reading.counters)),
      ...kind.columns.map((_, index) => rows.map((row) => row[index])),
      ...scope,
      ...(kind.marks.length > 0 ? [takenAt] : []),
    ]);
  }
  if (gone.length > 0) {
    const which = `oid = any ($4::bigint[]) ${kind.samples.scope ? `and ${kind.samples.scope} = $5` : ''}`;
    await leave(tx, kind, which, [serverId, takenAt, gone, ...scope]);
  }
  if (snapshot.spanUs === undefined) return;
  const { spanUs, deltas } = snapshot;
  await insertSample(tx, kind.samples, { serverId, takenAt, spanUs, deltas, extra: scope });
  if (isLate) await rollUpLate(tx, RELATION_SUMS, kind.samples.table, { serverId, takenAt });
}

/** A longer interval may hide that counters were reset and grew past where they had been. */
const MAX_OBSERVED_US = 3_600_000_000;

/**
 * When anything at all was reset, or there is nothing to compare with, counting restarts (monitoring.md 3.8). Answers whether
 * samples of that time have been added up already.
 */
async function storeSnapshot(tx: Tx, kind: string, snapshot: CountedSnapshot<unknown>): Promise<boolean> {
  const begins = snapshot.spanUs === undefined || snapshot.anew || snapshot.deltas.some(({ partial }) => partial);
  const [row] = await tx.query<{ late: boolean }>(
    `insert into relation_snapshots as l (org_id, server_id, kind, database_oid, identity, taken_at, counting_since, reset_epoch)
     values ($1, $2, $3, $4, $5, $6, $6, $9) on conflict (org_id, server_id, kind, database_oid)
     do update set taken_at = excluded.taken_at, identity = excluded.identity, reset_epoch = excluded.reset_epoch,
       counting_since = case when $7 then excluded.taken_at else coalesce(l.counting_since, l.taken_at) end,
       counted_us = case when $7 then 0 else l.counted_us + $8::bigint end
     returning exists (select from relation_rollup_ranges r
                        where r.org_id = $1 and r.server_id = $2 and r.rolled_until > $6) as late`,
    [
      tx.orgId,
      snapshot.serverId,
      kind,
      snapshot.databaseOid,
      snapshot.identity,
      snapshot.takenAt,
      begins,
      Math.min(snapshot.spanUs ?? 0, MAX_OBSERVED_US),
      snapshot.resetEpoch,
    ],
  );
  return row?.late ?? false;
}

const texts = new Map<string, string>();

function upsert({ table, columns, marks, samples: { scope } }: CountedKind<never>): string {
  const known = texts.get(table);
  if (known) return known;
  const names = columns.map(([name]) => name);
  const arrays = columns.map(([, type], index) => `$${index + 5}::${type}[]`);
  const within = scope ? `${scope}, ` : '';
  const takenAt = `$${columns.length + (scope ? 6 : 5)}::timestamptz`;
  const updates = [
    ...names.map((name) => `${name} = excluded.${name}`),
    ...marks.map(([column, when]) => `${column} = case when ${when} then ${takenAt} else before.${column} end`),
  ];
  const text = `insert into ${table} as before (org_id, server_id, ${within}oid, counters, ${names.join(', ')})
    select $1, $2, ${scope ? `$${columns.length + 5}::bigint, ` : ''}u.oid, u.counters::bigint[],
           ${names.map((name) => `u.${name}`).join(', ')}
      from unnest($3::bigint[], $4::text[], ${arrays.join(', ')}) as u(oid, counters, ${names.join(', ')})
    on conflict (org_id, server_id, ${within}oid) do update set counters = excluded.counters, gone_at = null,
      ${updates.join(', ')}`;
  texts.set(table, text);
  return text;
}
