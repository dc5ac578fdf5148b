import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { rolledUp } from '../kernel/storage/rolled-ranges.rows.ts';
import { inPieces } from '../kernel/storage/rollup-pieces.rows.ts';
import { type Pieces, piecesAsParameters, piecesOf } from '../kernel/storage/rollup-pieces.rules.ts';
import { WAIT_ROLLUPS, WAIT_SUMS } from './wait-rollups.rows.ts';
import type { StatementWaitSum, StatementWaits, WaitSum } from './waits.rules.ts';
import { waitSlicesOf } from './waits.rules.ts';

/** More snapshots are not read one by one: every n-th of many says the same. */
const MAX_SNAPSHOTS = 5_000;

/** A range with what it is read from: sums for waits altogether, and those that are short enough for its slices. */
export interface WaitsOfRange {
  range: TimeRange;
  sums: Pieces;
  slices: Pieces;
  sliceMs: number;
  snapshots: number;
  observedMs: number;
  /** Of the snapshots that are read one by one, every n-th is; each stands for so many. */
  step: number;
  weight: number;
}

const snapshots = (start: string, stop: string) => `
  select taken_at, span_ms, waits from activity_samples
   where org_id = $1 and server_id = $2 and taken_at >= ${start} and taken_at < ${stop}`;
const ROLLED = `select s.* from ${inPieces(WAIT_ROLLUPS, 7)}`;
/** Snapshots outside the sums, and the sums. */
const SOURCES = `
  with snapshots as (${snapshots('$3', '$4')} union all ${snapshots('$5', '$6')}),
  picked as (select * from (select *, row_number() over (order by taken_at) as n from snapshots) l where (n - 1) % $10::int = 0),
  rolled as (${ROLLED})`;
const FIELDS = `state, wait_type as "waitType", wait_event as "waitEvent"`;
const OF_SNAPSHOTS = `e ->> 0 as state, e ->> 1 as wait_type, e ->> 2 as wait_event, e ->> 3 as query_id, e ->> 4 as database,
       (e ->> 5)::int8 * span_ms * $11::float8 as ms`;
/** Arrays are taken apart where they are selected, as in relation-rollups.rows.ts. */
const WITHOUT_STATEMENT = `unnest(states) as state, unnest(wait_types) as wait_type, unnest(wait_events) as wait_event,
       null::text as query_id, null::text as database, unnest(session_ms)::float8 as ms`;
const BY_STATEMENT = `states[w] as state, wait_types[w] as wait_type, wait_events[w] as wait_event, query_id, database, ms::float8 as ms
  from (select *, unnest(statement_waits) as w, unnest(query_ids) as query_id, unnest(databases) as database,
               unnest(statement_ms) as ms from rolled) r`;

/** Of one statement there are few: where they are is found first. Joined to nothing, arrays are fetched once a row and not for each element. */
const OF_ONE = `states[waits[p]] as state, wait_types[waits[p]] as wait_type, wait_events[waits[p]] as wait_event,
       $14::text as query_id, databases[p] as database, ms[p]::float8 as ms
  from (select begins_at, states, wait_types, wait_events, array_positions(query_ids, $14::text) as places,
               statement_waits || '{}'::int[] as waits, databases || '{}'::text[] as databases, statement_ms || '{}'::int8[] as ms
          from rolled offset 0) r, unnest(places) p`;

const parameters = (tx: Tx, serverId: string, pieces: Pieces): unknown[] => [
  ...[tx.orgId, serverId],
  ...piecesAsParameters(pieces),
];

export async function waitsOfRange(tx: Tx, serverId: string, range: TimeRange): Promise<WaitsOfRange> {
  const { unit, sliceMs } = waitSlicesOf(range);
  const rolled = unit && (await rolledUp(tx, WAIT_SUMS, serverId, range));
  const sums = piecesOf(range, rolled);
  const counted = await tx.one<{ snapshots: number; own_ms: number; rolled: number; rolled_ms: number }>(
    `with snapshots as (${snapshots('$3', '$4')} union all ${snapshots('$5', '$6')}), rolled as (${ROLLED})
     select (select count(*) from snapshots)::int as snapshots, (select coalesce(sum(span_ms), 0) from snapshots)::float8 as own_ms,
            (select coalesce(sum(r.snapshots), 0) from rolled r)::int as rolled, (select coalesce(sum(span_ms), 0) from rolled)::float8 as rolled_ms`,
    parameters(tx, serverId, sums),
  );
  const {
    snapshots: count = 0,
    own_ms: ownMs = 0,
    rolled: rolledSnapshots = 0,
    rolled_ms: rolledMs = 0,
  } = counted ?? {};
  const picked = await pickedOf(tx, serverId, sums, count, ownMs);
  return {
    range,
    sums,
    slices: unit ? { ...sums, rollups: upTo(unit, sums.rollups) } : sums,
    sliceMs,
    snapshots: Math.ceil(count / picked.step) + rolledSnapshots,
    observedMs: ownMs + rolledMs,
    ...picked,
  };
}

/** The same time in sums no longer than that. */
const upTo = (longest: 'hour' | 'day', rollups: Pieces['rollups']): Pieces['rollups'] =>
  rollups.map((piece) => (piece.unit === 'hour' ? piece : { ...piece, unit: longest }));

async function pickedOf(
  tx: Tx,
  serverId: string,
  sums: Pieces,
  snapshots: number,
  ownMs: number,
): Promise<{ step: number; weight: number }> {
  const step = Math.max(1, Math.ceil(snapshots / MAX_SNAPSHOTS));
  if (step === 1) return { step, weight: 1 };
  const picked = await tx.one<{ ms: number }>(`${SOURCES} select coalesce(sum(span_ms), 0)::float8 as ms from picked`, [
    ...parameters(tx, serverId, sums),
    step,
  ]);
  return { step, weight: picked && picked.ms > 0 ? ownMs / picked.ms : 1 };
}

export function waitSums(tx: Tx, serverId: string, { sums, step, weight }: WaitsOfRange): Promise<StatementWaitSum[]> {
  return tx.query<StatementWaitSum>(
    `${SOURCES} select ${FIELDS}, query_id as "queryId", database, sum(ms)::float8 as "sessionMs"
       from (select ${OF_SNAPSHOTS} from picked, jsonb_array_elements(waits) e union all select ${BY_STATEMENT}) s
      group by state, wait_type, wait_event, query_id, database`,
    [...parameters(tx, serverId, sums), step, weight],
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
  { range, slices, sliceMs, step, weight }: WaitsOfRange,
  of?: { queryId: string; database: string },
): Promise<Slice[]> {
  const slice = (at: string) => `floor(extract(epoch from ${at} - $12::timestamptz) * 1000 / $13::float8)::int`;
  const mine = of ? 'where query_id = $14 and database = $15' : '';
  const rows = await tx.query<{ slice: number; ms: number; sums: WaitSum[] | null }>(
    `${SOURCES},
     observed as (
       select slice, sum(ms)::float8 as ms
         from (select ${slice('taken_at')} as slice, span_ms * $11::float8 as ms from picked
                union all select ${slice('begins_at')}, span_ms from rolled) o group by slice),
     sums as (
       select slice, ${FIELDS}, sum(ms)::float8 as "sessionMs"
         from (select * from (select ${slice('taken_at')} as slice, ${OF_SNAPSHOTS} from picked, jsonb_array_elements(waits) e) l ${mine}
                union all
               select * from (select ${slice('begins_at')} as slice, ${of ? OF_ONE : `${WITHOUT_STATEMENT} from rolled`}) r ${mine}) s
        group by slice, state, wait_type, wait_event),
     listed as materialized (select slice, json_agg(sums) as sums from sums group by slice)
     select slice, ms, listed.sums from observed left join listed using (slice) order by slice`,
    [
      ...parameters(tx, serverId, slices),
      ...[step, weight, range.from, sliceMs],
      ...(of ? [of.queryId, of.database] : []),
    ],
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
