import type { Range } from '@tidegate/contracts/monitor-agent/range';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';
import { type RolledSums, rolledUp } from '../kernel/storage/rolled-ranges.rows.ts';
import { inPieces } from '../kernel/storage/rollup-pieces.rows.ts';
import { piecesAsParameters, piecesOf, type RollupUnit } from '../kernel/storage/rollup-pieces.rules.ts';
import type { SampleTable } from '../kernel/storage/sample.rows.ts';
import { DATABASE_SAMPLES, INDEX_SAMPLES, TABLE_SAMPLES } from './relation-kinds.rows.ts';

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
  only?: string,
): Promise<void> {
  for (const { table } of ROLLUPS.keys())
    if (only === undefined || table === only)
      await tx.query(ROLL_UP.get(`${table} ${unit}`) as string, [tx.orgId, serverId, from, to]);
}

export const RELATION_SUMS: RolledSums = {
  name: 'relation',
  samples: [...ROLLUPS.keys()].map(({ table }) => table),
  months: 'database_rollups',
  rollUp: rollUpRelations,
};

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
  const pieces = piecesAsParameters(piecesOf(range, await rolledUp(tx, RELATION_SUMS, serverId, range)));
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

/** Rows of the pieces, whose parameters begin with `$first`; $1 is the organisation and $2 the server. */
function rowsOfPieces(sampled: SampleTable, columns: string, first: number): string {
  const at = (n: number) => `$${first + n}`;
  const from = (start: string, stop: string) => `
    select ${columns} from ${sampled.table} s
     where s.org_id = $1 and s.server_id = $2 and s.taken_at >= ${start} and s.taken_at < ${stop}`;
  return `(${from(at(0), at(1))} union all ${from(at(2), at(3))} union all
    select ${columns} from ${inPieces(rollupsOf(sampled), first + 4)})`;
}

/**
 * Sums by id as a subquery with the columns scope, id, partial and the counters; `wanted` has the scope and the id of those that
 * are, as SQL. Arrays are taken apart where they are selected: as a function in FROM, their rows would be stored once more
 * before they are added up, which is half of the time.
 */
export function sumsOf(
  sampled: SampleTable,
  first: number,
  { counters = sampled.counters, wanted }: { counters?: readonly string[]; wanted?: string } = {},
): string {
  const { scope } = sampled;
  const arrays = ['ids', 'partial', ...counters];
  const columns = [...(scope ? [scope] : []), ...arrays].map((name) => `s.${name}`).join(', ');
  const apart = ['id', 'partial', ...counters].map((name, index) => `unnest(s.${arrays[index]}) as ${name}`);
  return `(select ${scope ? 'scope, ' : ''}id, bool_or(partial) as partial
                  ${counters.map((name) => `, ${sum(name)} as ${name}`).join('')}
             from (select ${scope ? `s.${scope} as scope, ` : ''}${apart.join(', ')}
                     from ${rowsOfPieces(sampled, columns, first)} s) u
            ${wanted ? `where (scope, id) in (${wanted})` : ''}
            group by ${scope ? 'scope, ' : ''}id)`;
}
