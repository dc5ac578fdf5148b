import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { StatementWaitSum, StatementWaits, WaitSum } from './waits.rules.ts';

/** More are not read: every n-th look of a long range says the same. */
const MAX_SNAPSHOTS = 5_000;
const MAX_SLICES = 120;

export interface SnapshotsOfRange {
  snapshots: number;
  observedMs: number;
  coveredSeconds: number;
  /** Every n-th is read. */
  step: number;
}

const PICKED = `picked as (
  select * from (select taken_at, span_ms, waits, row_number() over (order by taken_at) as n from activity_samples
                  where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4) s
   where (n - 1) % $5::int = 0)`;
const FIELDS = `e ->> 0 as "state", e ->> 1 as "waitType", e ->> 2 as "waitEvent"`;
const SUM = `sum((e ->> 5)::int8 * span_ms)::float8 as "sessionMs"`;

export async function snapshotsOfRange(tx: Tx, serverId: string, range: TimeRange): Promise<SnapshotsOfRange> {
  const parameters = [tx.orgId, serverId, range.from, range.to];
  const all = await tx.one<{ snapshots: number; ms: number }>(
    `select count(*)::int as snapshots, coalesce(sum(span_ms), 0)::float8 as ms from activity_samples
      where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4`,
    parameters,
  );
  const step = Math.max(1, Math.ceil((all?.snapshots ?? 0) / MAX_SNAPSHOTS));
  const read = await tx.one<{ snapshots: number; ms: number }>(
    `with ${PICKED} select count(*)::int as snapshots, coalesce(sum(span_ms), 0)::float8 as ms from picked`,
    [...parameters, step],
  );
  return { snapshots: read?.snapshots ?? 0, observedMs: read?.ms ?? 0, coveredSeconds: (all?.ms ?? 0) / 1_000, step };
}

export function waitSums(tx: Tx, serverId: string, range: TimeRange, step: number): Promise<StatementWaitSum[]> {
  return tx.query<StatementWaitSum>(
    `with ${PICKED} select ${FIELDS}, e ->> 3 as "queryId", e ->> 4 as database, ${SUM}
       from picked, jsonb_array_elements(waits) e group by 1, 2, 3, 4, 5`,
    [tx.orgId, serverId, range.from, range.to, step],
  );
}

export interface Slice {
  at: Date;
  observedMs: number;
  sums: WaitSum[];
}

/** `of`: of one statement only. */
export async function waitSlices(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  step: number,
  of?: { queryId: string; database: string },
): Promise<Slice[]> {
  const sliceMs = Math.max(10_000, Math.ceil((range.to.getTime() - range.from.getTime()) / MAX_SLICES));
  const rows = await tx.query<{ slice: number; ms: number; sums: WaitSum[] | null }>(
    `with ${PICKED}, sliced as (
       select floor(extract(epoch from taken_at - $3) * 1000 / $6::float8)::int as slice, span_ms, waits from picked),
     sums as (select slice, ${FIELDS}, ${SUM} from sliced, jsonb_array_elements(waits) e
       where $7::text is null or (e ->> 3 = $7 and e ->> 4 = $8) group by 1, 2, 3, 4)
     select slice, sum(span_ms)::float8 as ms,
            (select json_agg(sums) from sums where sums.slice = sliced.slice) as sums
       from sliced group by slice order by slice`,
    [tx.orgId, serverId, range.from, range.to, step, sliceMs, of?.queryId ?? null, of?.database ?? null],
  );
  return rows.map(({ slice, ms, sums }) => ({
    at: new Date(range.from.getTime() + slice * sliceMs),
    observedMs: ms,
    sums: sums ?? [],
  }));
}

/**
 * Texts by query id and database, as far as statements are known; by query id alone where the database had another name
 * when it was looked at.
 */
export async function statementTexts(
  tx: Tx,
  serverId: string,
  statements: readonly StatementWaits[],
): Promise<(statement: StatementWaits) => string | null> {
  const rows = await tx.query<{ query_id: string; database_name: string; text: string }>(
    `select distinct on (query_id, database_name) query_id, database_name, text from statements
      where org_id = $1 and server_id = $2 and query_id = any ($3::bigint[]) and text is not null
      order by query_id, database_name, statement_id desc`,
    [tx.orgId, serverId, statements.flatMap(({ queryId }) => (queryId === null ? [] : [queryId]))],
  );
  const texts = new Map(
    rows.flatMap((row) => [
      [row.query_id, row.text],
      [`${row.query_id} ${row.database_name}`, row.text],
    ]),
  );
  return ({ queryId, database }) => texts.get(`${queryId} ${database}`) ?? texts.get(`${queryId}`) ?? null;
}
