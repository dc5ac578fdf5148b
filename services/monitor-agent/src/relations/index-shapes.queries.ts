import { oidArray } from '../kernel/connection/binary-arrays.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { IndexFacts, IndexShape } from './index-shape.rules.ts';

/*
 * What indexes are made of, from the catalogue alone: pg_get_indexdef and, in newer versions, pg_get_expr take a lock of
 * the table and would wait behind an ALTER TABLE (monitoring.md 3.6). Expressions and conditions are compared by the
 * hash of their tree without the positions of their words; they may hold constants, which must not leave the server.
 */
const hash = (tree: string) => String.raw`md5(regexp_replace(${tree}::text, ':location -?\d+', '', 'g'))`;

const SHAPES = `
  select i.indexrelid, m.amname::text,
         (select array_agg(case when k.attnum = 0 then '(expression)' else a.attname::text end order by k.n)
            from unnest(i.indkey::int2[]) with ordinality as k(attnum, n)
            left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
           where k.n <= i.indnkeyatts),
         json_build_object(
           'keys', (i.indkey::int2[])[0:i.indnkeyatts - 1], 'include', (i.indkey::int2[])[i.indnkeyatts:],
           'classes', i.indclass::oid[]::int8[], 'collations', i.indcollation::oid[]::int8[],
           'options', i.indoption::int2[], 'expressions', ${hash('i.indexprs')}, 'predicate', ${hash('i.indpred')},
           'parameters', concat_ws(' ', x.reloptions::text,
             (select string_agg(a.attoptions::text, ' ' order by a.attnum) from pg_attribute a
               where a.attrelid = i.indexrelid and a.attoptions is not null)),
           'constraint', (select k.contype::text from pg_constraint k
             where k.conrelid = i.indrelid and k.conindid = i.indexrelid and k.contype = any ('{p,u,x}') limit 1),
           'replicaIdentity', i.indisreplident, 'clustered', i.indisclustered,
           'attached', exists (select from pg_inherits h where h.inhrelid = i.indexrelid),
           'extension', exists (select from pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
             and d.objid = any (array[i.indrelid, i.indexrelid]) and d.deptype = 'e'),
           'foreignKeys', (select coalesce(json_agg(k.conname order by k.conname), '[]') from pg_constraint k
             where k.conrelid = i.indrelid and k.contype = 'f'
               and k.conkey <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1]
               and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] <@ k.conkey))
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
   where i.indrelid = any ($1::oid[]) and i.indexrelid > $2::oid`;

/** By oid, of the indexes of these tables that are newer than the one with the oid `above`. */
export async function readShapes(
  connection: ServerConnection,
  tableOids: readonly number[],
  above = 0,
): Promise<Map<number, IndexShape>> {
  const rows = await connection.rows<[number, string, string[], IndexFacts]>(SHAPES, [oidArray(tableOids), above]);
  return new Map(rows.map(([oid, method, columns, facts]) => [oid, { method, columns, facts }]));
}
