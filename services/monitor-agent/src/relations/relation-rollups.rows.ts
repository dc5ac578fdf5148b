import type { Range } from '@tidegate/contracts/monitor-agent/range';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import type { SampleTable } from '../kernel/storage/sample.rows.ts';
import { DATABASE_SAMPLES, INDEX_SAMPLES, TABLE_SAMPLES } from './relation-kinds.rows.ts';
import { type Pieces, piecesOf, type RolledUp, type RollupUnit } from './rollup-pieces.rules.ts';

/*
 * Sums of samples by the hour, of hours by the day, of days by the month. They are always counted anew from what is one
 * finer, so to do it twice changes nothing, and samples that came late are in them once they were counted again.
 */
const ROLLUPS = new Map<SampleTable, string>([
  // Whether there is a month is asked of this one: it is the first from which retention deletes.
  [DATABASE_SAMPLES, 'database_rollups'],
  [TABLE_SAMPLES, 'table_rollups'],
  [INDEX_SAMPLES, 'index_rollups'],
]);
export const RELATION_ROLLUPS = [...ROLLUPS.values()];

const rollupsOf = (sampled: SampleTable): string => ROLLUPS.get(sampled) as string;

/** A column cannot hold more; a server that says so must not stop what else is counted. */
const sum = (column: string): string => `least(sum(${column}), 9223372036854775807)::bigint`;
const FINER = { hour: undefined, day: 'hour', month: 'day' } as const;

/** Everything that begins between $3 and $4, by units. */
function rollUp(sampled: SampleTable, unit: RollupUnit): string {
  const { scope, counters, table } = sampled;
  const [from, at] = FINER[unit] ? [rollupsOf(sampled), 'begins_at'] : [table, 'taken_at'];
  const arrays = ['ids', 'partial', ...counters];
  const scoped = scope ? `${scope}, ` : '';
  const some = `${from} s where s.org_id = $1 and s.server_id = $2 and s.${at} >= $3 and s.${at} < $4
    ${FINER[unit] ? `and s.unit = '${FINER[unit]}'` : ''}`;
  return `
    with source as (select date_trunc('${unit}', s.${at}, 'UTC') as begins_at, ${scope ? `s.${scope}, ` : ''}s.span_us,
                           ${arrays.map((name) => `s.${name}`).join(', ')} from ${some}),
    spans as (select begins_at, ${scoped}${sum('span_us')} as span_us from source group by begins_at ${scope ? `, ${scope}` : ''}),
    things as (
      select begins_at, ${scoped}u.id, bool_or(u.partial) as partial, ${counters.map((name) => `${sum(`u.${name}`)} as ${name}`).join(', ')}
        from source, unnest(${arrays.map((name) => `source.${name}`).join(', ')}) as u(id, partial, ${counters.join(', ')})
       group by begins_at, ${scoped}u.id order by begins_at, ${scoped}u.id),
    listed as (
      select begins_at, ${scoped}array_agg(id) as ids, array_agg(partial) as partial,
             ${counters.map((name) => `array_agg(${name}) as ${name}`).join(', ')}
        from things group by begins_at ${scope ? `, ${scope}` : ''})
    insert into ${rollupsOf(sampled)} (org_id, server_id, unit, begins_at, ${scoped}span_us, ${arrays.join(', ')})
    select $1, $2, '${unit}', begins_at, ${scoped}span_us,
           coalesce(ids, '{}'), coalesce(partial, '{}'), ${counters.map((name) => `coalesce(${name}, '{}')`).join(', ')}
      from spans left join listed using (begins_at${scope ? `, ${scope}` : ''})
    on conflict (org_id, server_id, unit, begins_at ${scope ? `, ${scope}` : ''}) do update set
      ${['span_us', ...arrays].map((name) => `${name} = excluded.${name}`).join(', ')}`;
}
const ROLL_UP = new Map(
  [...ROLLUPS.keys()].flatMap((sampled) =>
    (['hour', 'day', 'month'] as const).map((unit) => [`${sampled.table} ${unit}`, rollUp(sampled, unit)] as const),
  ),
);

/** Of one kind, or of all; `range` begins and ends with units of that length. */
export async function rollUpRelations(
  tx: Tx,
  serverId: string,
  unit: RollupUnit,
  { from, to }: TimeRange,
  kinds: Iterable<SampleTable> = ROLLUPS.keys(),
): Promise<void> {
  for (const { table } of kinds)
    await tx.query(ROLL_UP.get(`${table} ${unit}`) as string, [tx.orgId, serverId, from, to]);
}

interface RolledRow {
  rolled_from: Date | null;
  rolled_until: Date;
  months: Date[];
}

/** What of a server is added up, with the months that begin in the range. */
export async function rolledUp(tx: Tx, serverId: string, { from, to }: TimeRange): Promise<RolledUp | undefined> {
  const row = await tx.one<RolledRow>(
    `select rolled_from, rolled_until, array(
              select begins_at from database_rollups where org_id = $1 and server_id = $2 and unit = 'month'
                 and begins_at >= $3 and begins_at < $4 order by 1) as months
       from relation_rollup_ranges where org_id = $1 and server_id = $2`,
    [tx.orgId, serverId, from, to],
  );
  return row && { from: row.rolled_from, until: row.rolled_until, months: row.months };
}

/** A range of one kind: in which pieces it is read, and how much of it snapshots cover, by scope, in microseconds. */
export interface RangeInPieces {
  range: TimeRange;
  /** Parameters of `sumsOf`. */
  pieces: readonly unknown[];
  spans: ReadonlyMap<number, number>;
}

export async function rangeInPieces(
  tx: Tx,
  sampled: SampleTable,
  serverId: string,
  range: TimeRange,
): Promise<RangeInPieces> {
  const pieces = parametersOf(piecesOf(range, await rolledUp(tx, serverId, range)));
  const columns = `${sampled.scope ? `s.${sampled.scope}` : '0'} as scope, s.span_us`;
  const rows = await tx.query<{ scope: string; us: number }>(
    `select scope, sum(span_us)::float8 as us from ${rowsOfPieces(sampled, columns, 3)} s group by scope`,
    [tx.orgId, serverId, ...pieces],
  );
  return { range, pieces, spans: new Map(rows.map(({ scope, us }) => [Number(scope), us])) };
}

/** The range as asked for, and how much of it is covered, for the scope with the longest coverage. */
export const coveredRange = ({ range: { from, to }, spans }: RangeInPieces): Range => ({
  from: from.toISOString(),
  to: to.toISOString(),
  coveredSeconds: Math.max(0, ...spans.values()) / 1_000_000,
});

const parametersOf = ({ before, after, rollups }: Pieces): readonly unknown[] => [
  before.from,
  before.to,
  after.from,
  after.to,
  rollups.map(({ unit }) => unit),
  rollups.map(({ from }) => from),
  rollups.map(({ to }) => to),
];

/** Rows of the pieces, whose parameters begin with `$first`; $1 is the organisation and $2 the server. */
function rowsOfPieces(sampled: SampleTable, columns: string, first: number): string {
  const at = (n: number) => `$${first + n}`;
  const from = (start: string, stop: string) => `
    select ${columns} from ${sampled.table} s
     where s.org_id = $1 and s.server_id = $2 and s.taken_at >= ${start} and s.taken_at < ${stop}`;
  return `(${from(at(0), at(1))} union all ${from(at(2), at(3))} union all
    select ${columns} from unnest(${at(4)}::text[], ${at(5)}::timestamptz[], ${at(6)}::timestamptz[]) as piece(unit, start, stop)
      join ${rollupsOf(sampled)} s on s.unit = piece.unit and s.begins_at >= piece.start and s.begins_at < piece.stop
     where s.org_id = $1 and s.server_id = $2)`;
}

/** Sums by id as a subquery with the columns scope, id, partial and the counters. */
export function sumsOf(sampled: SampleTable, first: number): string {
  const { scope, counters } = sampled;
  const arrays = ['ids', 'partial', ...counters];
  const columns = [...(scope ? [scope] : []), ...arrays].map((name) => `s.${name}`).join(', ');
  return `(select ${scope ? `s.${scope} as scope, ` : ''}u.id, bool_or(u.partial) as partial,
                  ${counters.map((name) => `${sum(`u.${name}`)} as ${name}`).join(', ')}
             from ${rowsOfPieces(sampled, columns, first)} s,
                  unnest(${arrays.map((name) => `s.${name}`).join(', ')}) as u(id, partial, ${counters.join(', ')})
            group by ${scope ? `s.${scope}, ` : ''}u.id)`;
}

/** One at a time counts what belongs to a server; it stays until that is done. False: it is gone. */
export async function lockRollups(tx: Tx, serverId: string): Promise<boolean> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('relation_rollups ' || $1::text, 0))", [serverId]);
  const server = await tx.one('select 1 from servers where org_id = $1 and id = $2 and removed_at is null for share', [
    tx.orgId,
    serverId,
  ]);
  return server !== undefined;
}

export interface ServerToRollUp {
  serverId: string;
  /** There may be samples of before there were sums. */
  backlog: boolean;
}

/** Servers of which something before `due` is not added up yet. */
export async function serversToRollUp(tx: Tx, due: Date): Promise<ServerToRollUp[]> {
  const rows = await tx.query<{ id: string; backlog: boolean }>(
    `select s.id, r.server_id is null or r.rolled_from is not null as backlog
       from servers s left join relation_rollup_ranges r on r.org_id = s.org_id and r.server_id = s.id
      where s.org_id = $1 and s.removed_at is null
        and (r.server_id is null or r.rolled_from is not null or r.rolled_until < $2) order by s.id`,
    [tx.orgId, due],
  );
  return rows.map(({ id: serverId, backlog }) => ({ serverId, backlog }));
}

export interface RolledRange {
  from: Date | null;
  until: Date;
}

export async function rolledRange(tx: Tx, serverId: string): Promise<RolledRange | undefined> {
  const row = await tx.one<{ rolled_from: Date | null; rolled_until: Date }>(
    'select rolled_from, rolled_until from relation_rollup_ranges where org_id = $1 and server_id = $2',
    [tx.orgId, serverId],
  );
  return row && { from: row.rolled_from, until: row.rolled_until };
}

export async function storeRolledRange(tx: Tx, serverId: string, { from, until }: RolledRange): Promise<void> {
  await tx.query(
    `insert into relation_rollup_ranges (org_id, server_id, rolled_from, rolled_until) values ($1, $2, $3, $4)
     on conflict (org_id, server_id) do update set rolled_from = excluded.rolled_from, rolled_until = excluded.rolled_until`,
    [tx.orgId, serverId, from, until],
  );
}

/** When the last sample before an instant was, of any kind. */
export async function lastSampleBefore(tx: Tx, serverId: string, before: Date): Promise<Date | undefined> {
  const last = [...ROLLUPS.keys()].map(
    ({ table }) => `(select max(taken_at) from ${table} where org_id = $1 and server_id = $2 and taken_at < $3)`,
  );
  const row = await tx.one<{ at: Date | null }>(`select greatest(${last.join(', ')}) as at`, [
    tx.orgId,
    serverId,
    before,
  ]);
  return row?.at ?? undefined;
}
