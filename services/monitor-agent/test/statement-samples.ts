import { insertSample } from '../src/kernel/storage/sample.rows.ts';
import { STATEMENT_COUNTERS } from '../src/series/statement-counters.rules.ts';
import { STATEMENT_SAMPLES } from '../src/statements/statement.rows.ts';
import type { Store } from './store.ts';

/** One snapshot as it is stored, kept for counting by hand. */
export interface MadeSnapshot {
  at: Date;
  spanUs: number;
  gap: boolean;
  reset: boolean;
  lostUs: number;
  evictions: number;
  activeUs: number;
  deltas: { id: number; partial: boolean; counters: number[] }[];
}

export const quietSnapshot = (at: Date, deltas: MadeSnapshot['deltas'] = []): MadeSnapshot => ({
  at,
  spanUs: 60_000_000,
  gap: false,
  reset: false,
  lostUs: 0,
  evictions: 0,
  activeUs: 0,
  deltas,
});

/** `calls`, and so many microseconds; the other counters follow from them. */
export const delta = (id: number, calls: number, us: number, partial = false): MadeSnapshot['deltas'][number] => ({
  id,
  partial,
  counters: STATEMENT_COUNTERS.map((name, index) =>
    name === 'calls' ? calls : name === 'total_us' ? us : calls * index,
  ),
});

export async function storeSnapshot(
  store: Store,
  orgId: string,
  serverId: string,
  snapshot: MadeSnapshot,
): Promise<void> {
  await store.tenants.run(orgId, async (tx) => {
    await insertSample(tx, STATEMENT_SAMPLES, {
      serverId,
      takenAt: snapshot.at,
      spanUs: snapshot.spanUs,
      extra: [snapshot.gap, snapshot.reset, snapshot.lostUs, snapshot.evictions],
      deltas: snapshot.deltas,
    });
    if (snapshot.activeUs === 0) return;
    const columns = await tx.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'database_samples'::regclass and attnum > 0
         and atttypid = 'bigint[]'::regtype and attname not in ('ids', 'active_us') order by attnum`,
    );
    await tx.query(
      `insert into database_samples (org_id, server_id, taken_at, span_us, ids, partial, active_us,
         ${columns.map(({ name }) => name).join(', ')})
       values ($1, $2, $3, $4, '{1,2}', '{f,f}', $5, ${columns.map(() => "'{0,0}'").join(', ')})`,
      [tx.orgId, serverId, snapshot.at, snapshot.spanUs, [snapshot.activeUs, 7]],
    );
  });
}

/** Statements of one server that snapshots can be made of; answers their numbers. */
export async function makeStatements(store: Store, orgId: string, serverId: string, count: number): Promise<number[]> {
  const rows = await store.tenants.run(orgId, (tx) =>
    tx.query<{ statement_id: string }>(
      `insert into statements (org_id, server_id, database_oid, role_oid, query_id, toplevel, database_name, role_name, text)
       select $1, $2, 5, 10, n, n % 3 <> 0, case when n % 2 = 0 then 'shop' else 'mail' end, 'app', 'select ' || n
         from generate_series(1, $3::int) n returning statement_id`,
      [orgId, serverId, count],
    ),
  );
  return rows.map((row) => Number(row.statement_id)).sort((a, b) => a - b);
}
