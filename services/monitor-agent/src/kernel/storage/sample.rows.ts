import type { Tx } from '@tidegate/database/tx';

/*
 * Samples of counted things: one row per server and snapshot, with parallel arrays. A row per thing would be ten times as
 * large and as slow to write; sums over any range unnest the arrays again. `taken_at` is our clock: a server whose
 * clock is wrong must not write into days that do not exist.
 */
export interface SampleTable {
  readonly table: string;
  readonly counters: readonly string[];
  /** Column that ids are unique within, when they are not unique within the server. */
  readonly scope: string | undefined;
  readonly insert: string;
  /** Sums by id as a subquery with the columns scope, id, partial, last_at and the counters; parameters $1 to $4. */
  readonly sums: string;
}

export function sampleTable(
  table: string,
  counters: readonly string[],
  { extra = [], scope }: { extra?: readonly string[]; scope?: string } = {},
): SampleTable {
  const names = [...(scope ? [scope] : []), ...extra, 'span_us', 'ids', 'partial', ...counters];
  const places = names.map((_, index) => `$${index + 4}`);
  const arrays = ['ids', 'partial', ...counters];
  return {
    table,
    counters,
    scope,
    insert: `insert into ${table} (org_id, server_id, taken_at, ${names.join(', ')}) values ($1, $2, $3, ${places.join(', ')})`,
    sums: `(select ${scope ? `s.${scope} as scope, ` : ''}u.id, bool_or(u.partial) as partial, max(s.taken_at) as last_at,
                   ${counters.map((name) => `sum(u.${name})::bigint as ${name}`).join(', ')}
              from ${table} s,
                   unnest(${arrays.map((name) => `s.${name}`).join(', ')}) as u(id, partial, ${counters.join(', ')})
             where s.org_id = $1 and s.server_id = $2 and s.taken_at >= $3 and s.taken_at < $4
             group by ${scope ? `s.${scope}, ` : ''}u.id)`,
  };
}

export interface CountedDelta {
  id: number;
  partial: boolean;
  counters: readonly number[];
}

export interface Sample {
  serverId: string;
  takenAt: Date;
  spanUs: number;
  deltas: readonly CountedDelta[];
  /** Scope first where the table has one, then its extra columns. */
  extra?: readonly unknown[];
}

export async function insertSample(tx: Tx, sampled: SampleTable, sample: Sample): Promise<void> {
  const { serverId, takenAt, spanUs, deltas, extra = [] } = sample;
  await tx.query(sampled.insert, [
    tx.orgId,
    serverId,
    takenAt,
    ...extra,
    spanUs,
    arrayText(deltas.map((delta) => delta.id)),
    arrayText(deltas.map((delta) => delta.partial)),
    ...sampled.counters.map((_, index) => arrayText(deltas.map((delta) => delta.counters[index] ?? 0))),
  ]);
}

/** Text form of an array: arrays of arrays cannot be unnested by their first level, and the driver's own is slow. */
export const arrayText = (values: readonly (number | boolean)[]): string => `{${values.join(',')}}`;

/** From `array_to_string(…, ',')`, which is read ten times as fast as an array. */
export const arrayOf = (text: string): number[] => text.split(',').map(Number);
