import type { Tx } from './tx.ts';

/** What stays: events on their way, what was handled already, and the proof that a key was destroyed. */
const KEPT = ['outbox', 'inbox', 'dead_letters', 'data_keys'];

interface Reference {
  child: string;
  parent: string;
}

/**
 * Deletes every row of the organisation from every table of the service's schema that has an `org_id`, whichever
 * tables there are. Answers how many went.
 */
export async function forgetOrganisation(tx: Tx, orgId: string): Promise<number> {
  const tables = await tx.query<{ name: string }>(
    `select c.relname as name from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
      where c.relnamespace = current_schema::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> all ($1::text[])`,
    [KEPT],
  );
  const references = await tx.query<Reference>(
    `select distinct conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
      where contype = 'f' and connamespace = current_schema::regnamespace and conrelid <> confrelid`,
  );
  const names = tables.map(({ name }) => name);
  let deleted = 0;
  for (const name of childrenFirst(names, references)) {
    const row = await tx.one<{ rows: number }>(
      `with gone as (delete from ${name} where org_id = $1 returning 1) select count(*)::int as rows from gone`,
      [orgId],
    );
    deleted += row?.rows ?? 0;
  }
  return deleted;
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
