import pg from 'pg';
import type { TestDatabase } from './database.ts';

interface Thing {
  name: string;
  is: string;
}

/*
 * What code reads and writes of a schema: columns with their types, what must be given, what is refused, and functions. Each
 * line is something that the release before may rely on, or that may refuse what it writes.
 */
const RELIED_ON = `
  select c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as is
    from pg_attribute a join pg_class c on c.oid = a.attrelid
   where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
     and a.attnum > 0 and not a.attisdropped
  union all
  select 'unique ' || i.indrelid::regclass, pg_get_indexdef(i.indexrelid, 0, false)
    from pg_index i join pg_class c on c.oid = i.indrelid
   where c.relnamespace = current_schema()::regnamespace and not c.relispartition and i.indisunique
  union all
  select 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_function_result(p.oid)
    from pg_proc p where p.pronamespace = current_schema()::regnamespace and p.prorettype <> 'trigger'::regtype`;

const REFUSES = `
  select c.relname || '.' || a.attname || ' must be given' as name, 'not null' as is
    from pg_attribute a join pg_class c on c.oid = a.attrelid
   where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef and a.attidentity = ''
  union all
  select 'unique ' || i.indrelid::regclass, regexp_replace(pg_get_indexdef(i.indexrelid, 0, false), 'INDEX \\S+ ON', 'INDEX ON')
    from pg_index i join pg_class c on c.oid = i.indrelid
   where c.relnamespace = current_schema()::regnamespace and not c.relispartition and i.indisunique
  union all
  select r.conrelid::regclass || ' ' || r.conname, pg_get_constraintdef(r.oid)
    from pg_constraint r join pg_class c on c.oid = r.conrelid
   where r.connamespace = current_schema()::regnamespace and not c.relispartition and r.contype in ('c', 'f')`;

/** What the later of two schemas takes away from code that was written for the earlier one, or refuses it. */
export async function narrowed(earlier: TestDatabase, later: TestDatabase): Promise<string[]> {
  const [had, has] = [await read(earlier, RELIED_ON), await read(later, RELIED_ON)];
  const [refused, refuses] = [await read(earlier, REFUSES), await read(later, REFUSES)];
  const tables = new Set(had.map(({ name }) => name.split('.')[0]));
  const tableOf = ({ name }: Thing) => name.replace(/^unique /, '').split(/[. ]/)[0];
  const lines = (things: Thing[]) => new Set(things.map(lineOf));
  const [stillThere, before] = [lines(has), lines(refused)];
  // Whether a check that was replaced is a wider one is not written in it.
  const checks = new Set(refused.filter(({ is }) => is.startsWith('CHECK')).map(({ name }) => name));
  const columns = new Set(had.map(({ name }) => name));
  // What code of the earlier one leaves null repeats nothing.
  const isOfNewColumns = ({ name, is }: Thing): boolean =>
    name.startsWith('unique ') &&
    (/\((.*)\)/.exec(is)?.[1] ?? '').split(', ').some((column) => !columns.has(`${name.slice(7)}.${column}`));
  return [
    ...had.map(lineOf).filter((line) => !stillThere.has(line) && !line.startsWith('unique ')),
    ...refused
      .filter(({ name }) => name.startsWith('unique '))
      .map(lineOf)
      .filter((line) => !lines(refuses).has(line)),
    ...refuses
      .filter((one) => tables.has(tableOf(one)) && !before.has(lineOf(one)) && !checks.has(one.name))
      .filter((one) => !isOfNewColumns(one))
      .map((one) => `refuses: ${lineOf(one)}`),
  ].sort();
}

const lineOf = ({ name, is }: Thing): string => `${name}: ${is}`;

async function read({ admin, login }: TestDatabase, sql: string): Promise<Thing[]> {
  const client = new pg.Client({ ...admin, options: `-c search_path=${login.schema}` });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Thing>(sql)).rows;
  } finally {
    await client.end();
  }
}
