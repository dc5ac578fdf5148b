import { HOUR_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { Tx } from '@tidegate/database/tx';
import { WAIT_ROLLUPS, WAIT_SUMS } from '../activity/wait-rollups.rows.ts';
import { arrayText, type Sample, type SampleTable } from '../kernel/storage/sample.rows.ts';
import { RELATION_ROLLUPS, RELATION_SUMS } from '../relations/relation-rollups.rows.ts';
import { SAMPLE_TABLES } from '../retention/retention.rows.ts';
import { HOUR_CHUNKS, SERIES_TABLES } from '../series/rollup.rows.ts';
import { FIGURES, SUMMED_FIGURES } from '../server-figures/server-figures.rows.ts';
import type { MadeUpActivity } from './sessions.ts';

const ROLLED = [RELATION_SUMS, WAIT_SUMS];

/** `figures` in the order of FIGURES. */
export interface Figures {
  at: number;
  figures: readonly number[];
}

/** Minutes as one hour. */
export const hourOf = (minutes: readonly Figures[]): number[] =>
  FIGURES.map((_, column) => {
    const values = minutes.map(({ figures }) => figures[column] ?? 0);
    // The size it has last.
    if (column === FIGURES.length - 1) return values.at(-1) ?? 0;
    return column < SUMMED_FIGURES.length ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
  });

export const insertFigures = (
  tx: Tx,
  table: 'server_minutes' | 'server_hours',
  serverId: string,
  rows: readonly Figures[],
): Promise<unknown> =>
  tx.query(
    `insert into ${table} (org_id, server_id, taken_at, ${FIGURES.join(', ')})
     select $1, $2, * from unnest($3::timestamptz[], ${FIGURES.map((_, index) => `$${index + 4}::bigint[]`).join(', ')})`,
    [
      tx.orgId,
      serverId,
      rows.map(({ at }) => new Date(at)),
      ...FIGURES.map((_, column) => arrayText(rows.map(({ figures }) => figures[column] ?? 0))),
    ],
  );

/** Everything of a stretch of a day that has samples; of a rollup, the day. */
export async function clearStretch(tx: Tx, serverId: string, from: Date, to: Date): Promise<void> {
  await clearSums(tx, serverId, from);
  for (const table of [...SAMPLE_TABLES, 'server_hours'])
    await tx.query(`delete from ${table} where org_id = $1 and server_id = $2 and taken_at >= $3 and taken_at < $4`, [
      tx.orgId,
      serverId,
      from,
      to,
    ]);
  await tx.query(`delete from ${HOUR_CHUNKS} where org_id = $1 and server_id = $2 and hour >= $3 and hour < $4`, [
    tx.orgId,
    serverId,
    new Date(Math.floor(from.getTime() / HOUR_MS) * HOUR_MS),
    to,
  ]);
  for (const table of SERIES_TABLES)
    await tx.query(`delete from ${table} where org_id = $1 and server_id = $2 and day = $3`, [
      tx.orgId,
      serverId,
      from.toISOString().slice(0, 10),
    ]);
}

/** What was added up of a day that is written again: it is counted anew by the loops that count what comes. */
async function clearSums(tx: Tx, serverId: string, day: Date): Promise<void> {
  const month = [tx.orgId, serverId, `${day.toISOString().slice(0, 7)}-01`];
  await tx.query('delete from statement_months where org_id = $1 and server_id = $2 and month = $3', month);
  await tx.query(
    `update statement_rollups set month_id = null where org_id = $1 and server_id = $2 and month_id is not null
        and day >= $3::date and day < $3::date + interval '1 month'`,
    month,
  );
  for (const { name } of ROLLED)
    await tx.query(`delete from ${name}_rollup_ranges where org_id = $1 and server_id = $2`, [tx.orgId, serverId]);
}

/** What an earlier fill wrote of times that this one does not have. */
export async function clearOutside(tx: Tx, from: Date, until: Date): Promise<void> {
  for (const table of [...RELATION_ROLLUPS, WAIT_ROLLUPS, ...ROLLED.map(({ name }) => `${name}_rollup_ranges`)])
    await tx.query(`delete from ${table} where org_id = $1`, [tx.orgId]);
  for (const table of [...SAMPLE_TABLES, 'server_hours'])
    await tx.query(`delete from ${table} where org_id = $1 and (taken_at < $2 or taken_at >= $3)`, [
      tx.orgId,
      from,
      until,
    ]);
  for (const table of [...SERIES_TABLES, 'table_sizes'])
    await tx.query(`delete from ${table} where org_id = $1 and (day < $2::date or day > $3::date)`, [
      tx.orgId,
      from.toISOString().slice(0, 10),
      until.toISOString().slice(0, 10),
    ]);
  await tx.query(`delete from ${HOUR_CHUNKS} where org_id = $1`, [tx.orgId]);
}

/** Many samples in one statement. `extra`: the columns that they have beside their counters, with their types. */
export async function insertSamples(
  tx: Tx,
  { table, counters }: SampleTable,
  samples: readonly Sample[],
  extra: readonly (readonly [name: string, type: string])[] = [],
): Promise<void> {
  const [first] = samples;
  if (!first) return;
  const columns = [
    ...extra.map(([name, type]) => ({ name, type })),
    { name: 'span_us', type: 'bigint' },
    { name: 'ids', type: 'bigint[]' },
    { name: 'partial', type: 'boolean[]' },
    ...counters.map((name) => ({ name, type: 'bigint[]' })),
  ];
  const texts = ({ spanUs, deltas, extra: own = [] }: Sample): string[] => [
    ...own.map(String),
    String(spanUs),
    arrayText(deltas.map(({ id }) => id)),
    arrayText(deltas.map(({ partial }) => partial)),
    ...counters.map((_, index) => arrayText(deltas.map((delta) => delta.counters[index] ?? 0))),
  ];
  const rows = samples.map(texts);
  await tx.query(
    `insert into ${table} (org_id, server_id, taken_at, ${columns.map(({ name }) => name).join(', ')})
     select $1, $2, t.taken_at, ${columns.map(({ name, type }) => `t.${name}::${type}`).join(', ')}
       from unnest($3::timestamptz[], ${columns.map((_, index) => `$${index + 4}::text[]`).join(', ')})
         as t(taken_at, ${columns.map(({ name }) => name).join(', ')})`,
    [
      tx.orgId,
      first.serverId,
      samples.map(({ takenAt }) => takenAt),
      ...columns.map((_, index) => rows.map((row) => row[index])),
    ],
  );
}

export const insertActivity = (tx: Tx, serverId: string, taken: readonly MadeUpActivity[]): Promise<unknown> =>
  tx.query(
    `insert into activity_samples (org_id, server_id, taken_at, total, active, idle, idle_in_transaction, waiting, others,
       longest_transaction_us, busy, groups, sessions, locks, waits, span_ms)
     select $1, $2, to_timestamp(l.at / 1000.0), l.total, l.active, l.idle, l."idleInTransaction", l.waiting, 4,
            l."longestTransactionUs", jsonb_array_length(l.sessions), l.groups, l.sessions, l.locks, l.waits, l."spanMs"
       from jsonb_to_recordset($3::jsonb) as l(at float8, total int, active int, idle int, "idleInTransaction" int,
              waiting int, "longestTransactionUs" bigint, groups jsonb, sessions jsonb, locks jsonb, waits jsonb, "spanMs" int)`,
    [tx.orgId, serverId, JSON.stringify(taken)],
  );
