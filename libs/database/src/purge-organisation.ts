import type { Place } from './deleted-organisations.ts';
import type { TenantDatabase } from './tenant-database.ts';
import type { Tx } from './tx.ts';

/*
 * Deletes every row of an organisation from every table of the service's schema that has an `org_id`, whichever tables
 * there are: children before their parents, partition by partition, in batches that are transactions of their own.
 * A batch is small enough for any statement_timeout:
 *   with an index that begins with org_id   BATCH_ROWS rows, until there are none
 *   without                                 BATCH_PAGES pages after the other, each looked at once
 * What has to outlive its organisation is in a table whose comment says why: `kept: <reason>`.
 */
const BATCH_ROWS = 2_000;
const BATCH_PAGES = 2_000;

/** What stays: events that are being sent, records of what was handled, and the proofs of the deletion itself. */
const KEPT = ['outbox', 'inbox', 'dead_letters', 'data_keys', 'deleted_organisations'];

export interface PurgeOptions {
  /** Where an earlier call stopped. */
  from?: Place | null;
  signal?: AbortSignal;
  /** Called in each batch's transaction. */
  reached?: (tx: Tx, place: Place, rows: number) => Promise<void>;
}

interface Step {
  /** The table, or its partition. */
  name: string;
  table: string;
  /** Of a partition: the column and the bounds that leave out all others. */
  key: string | null;
  low: string | null;
  high: string | null;
  indexed: boolean;
  pages: number;
}

/** Returns false when it was aborted before the end. */
export async function purgeOrganisation(
  tenants: TenantDatabase,
  orgId: string,
  { from, signal, reached }: PurgeOptions = {},
): Promise<boolean> {
  const steps = await tenants.purging(orgId, stepsOf);
  const begin = Math.max(
    0,
    steps.findIndex((step) => step.name === from?.step),
  );
  for (const step of steps.slice(begin)) {
    let page = step.name === from?.step ? from.page : 0;
    for (let more = true; more; ) {
      if (signal?.aborted) return false;
      more = await tenants.purging(orgId, async (tx) => {
        const rows = step.indexed ? await deleteRows(tx, step, orgId) : await deletePages(tx, step, orgId, page);
        page += step.indexed ? 0 : BATCH_PAGES;
        await reached?.(tx, { step: step.name, page }, rows);
        return step.indexed ? rows === BATCH_ROWS : page < step.pages;
      });
    }
  }
  return true;
}

const within = ({ key }: Step, first: number): string =>
  key === null ? '' : ` and ${key} >= $${first} and ${key} < $${first + 1}`;
const bounds = ({ key, low, high }: Step): unknown[] => (key === null ? [] : [low, high]);

async function deleteRows(tx: Tx, step: Step, orgId: string): Promise<number> {
  const where = `org_id = $1${within(step, 2)}`;
  return count(
    tx,
    `delete from ${step.table} where ${where}
        and ctid = any (array(select ctid from ${step.table} where ${where} limit ${BATCH_ROWS}))`,
    [orgId, ...bounds(step)],
  );
}

async function deletePages(tx: Tx, step: Step, orgId: string, page: number): Promise<number> {
  return count(
    tx,
    `delete from ${step.table} where org_id = $1 and ctid >= $2::tid and ctid < $3::tid${within(step, 4)}`,
    [orgId, `(${page},0)`, `(${page + BATCH_PAGES},0)`, ...bounds(step)],
  );
}

async function count(tx: Tx, deletion: string, params: unknown[]): Promise<number> {
  const row = await tx.one<{ rows: number }>(
    `with gone as (${deletion} returning 1) select count(*)::int as rows from gone`,
    params,
  );
  return row?.rows ?? 0;
}

/** In the order in which they are emptied, the same at each call except for new partitions. */
async function stepsOf(tx: Tx): Promise<Step[]> {
  const steps = await tx.query<Step & { column: string; bound: string | null }>(
    `select quote_ident(coalesce(leaf.relname, c.relname)) as name, quote_ident(c.relname) as table,
            substring(pg_get_partkeydef(c.oid) from '^RANGE \\(([a-z_]+)\\)$') as column,
            pg_get_expr(leaf.relpartbound, leaf.oid) as bound,
            exists (select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum and i.indpred is null
                       and i.indisvalid) as indexed,
            ceil(pg_relation_size(coalesce(leaf.oid, c.oid)) / current_setting('block_size')::float8)::int as pages
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
       left join (pg_inherits h join pg_class leaf on leaf.oid = h.inhrelid) on h.inhparent = c.oid and c.relkind = 'p'
      where c.relnamespace = current_schema::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> all ($1::text[]) and coalesce(obj_description(c.oid, 'pg_class'), '') not like 'kept: %' and (c.relkind = 'r' or leaf.oid is not null)
      order by 2, 1`,
    [KEPT],
  );
  const references = await tx.query<Reference>(
    `select distinct conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
      where contype = 'f' and connamespace = current_schema::regnamespace and conrelid <> confrelid`,
  );
  const order = childrenFirst([...new Set(steps.map(({ table }) => table))], references);
  return order.flatMap((table) => steps.filter((step) => step.table === table).map(bounded));
}

/** The texts are the catalogue's own: an instant, a day or a number each, in the session's time zone like what they are compared with. */
function bounded({ column, bound, ...step }: Step & { column: string; bound: string | null }): Step {
  if (bound === null) return { ...step, key: null, low: null, high: null };
  const [, low, high] = /^FOR VALUES FROM \('?([^']+?)'?\) TO \('?([^']+?)'?\)$/.exec(bound) ?? [];
  if (!column || !low || !high) throw new Error(`The partition ${step.name} is not a range of one column.`);
  return { ...step, key: column, low, high };
}

interface Reference {
  child: string;
  parent: string;
}

/** Tables in an order in which no row is deleted before those that refer to it. */
export function childrenFirst(names: readonly string[], references: readonly Reference[]): string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    for (const { child, parent } of references) if (parent === name && names.includes(child)) visit(child);
    order.push(name);
  };
  for (const name of names) visit(name);
  return order;
}
