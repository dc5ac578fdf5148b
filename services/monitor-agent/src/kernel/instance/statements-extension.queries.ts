import type { ServerConnection } from '../connection/connect-server.ts';
import type { FixedStatement } from '../connection/fixed-names.ts';

/*
 * pg_stat_statements on a server whose database owners are not trusted.
 *
 * SQL calls functions by name only, and whoever owns the schema may rename it and put a function of their own where the
 * extension's was: it would run with our role's rights. So names are looked up once (fixed-names.ts), between two looks at
 * the catalogue that prove what they meant:
 *
 * 1. Where the extension is, is read in one snapshot: the C function that is its member (only a superuser can make one),
 *    with the versions (`xmin`) of the rows that map the schema's name and the function's to it. The session's own cache
 *    has to agree, else it lags behind the snapshot.
 * 2. The statement is prepared.
 * 3. Both rows are still there, of the same versions. A name that was made to mean something else for a moment has a row
 *    of another version. So nothing was replaced in between, and the statement calls the extension's own function.
 */
export interface StatementsExtension {
  /** Quoted, ready to stand before the function's name. */
  schema: string;
  version: string;
  columns: ReadonlySet<string>;
  /** The function that tells the extension's own state came in the same version as `toplevel`. */
  hasInfo: boolean;
  /** Oid and version of the schema's row, of the function's, and of that for the extension's own state. */
  rows: readonly [schema: number, version: string, statements: number, version: string, info: number, version: string];
}

/** One row, or none where there is no extension that may be used. */
export const LOCATION_SQL = `
  select quote_ident(n.nspname) as schema, e.extversion as version, p.proargnames::text[] as columns, i.oid is not null as "hasInfo",
         json_build_array(n.oid::int8, n.xmin::text, p.oid::int8, p.xmin::text, coalesce(i.oid::int8, 0), coalesce(i.xmin::text, '0')) as rows
    from pg_extension e
    join pg_depend d on d.refclassid = 'pg_catalog.pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
     and d.classid = 'pg_catalog.pg_proc'::regclass
    join pg_proc p on p.oid = d.objid and p.proname = 'pg_stat_statements' and p.pronargs = 1
    join pg_language l on l.oid = p.prolang and l.lanname = 'c'
    join pg_namespace n on n.oid = p.pronamespace and to_regnamespace(quote_ident(n.nspname))::oid = n.oid
    left join pg_proc i on i.proname = 'pg_stat_statements_info' and i.pronargs = 0 and i.pronamespace = n.oid and i.prolang = l.oid
     and exists (select from pg_depend m where m.refclassid = d.refclassid and m.refobjid = e.oid and m.deptype = 'e'
                    and m.classid = d.classid and m.objid = i.oid)
   where e.extname = 'pg_stat_statements' and has_schema_privilege(n.oid, 'usage')`;

const UNMOVED = `
  select from pg_namespace n join pg_proc p on p.pronamespace = n.oid and p.oid = $3 and p.xmin = $4::xid
    left join pg_proc i on i.pronamespace = n.oid and i.oid = $5 and i.xmin = $6::xid
   where n.oid = $1 and n.xmin = $2::xid and ($5 = 0 or i.oid is not null) and current_setting('DateStyle') = 'ISO, MDY'`;

export const callStatements = ({ schema }: StatementsExtension, { texts }: { texts: boolean }): string =>
  `${schema}.pg_stat_statements(${texts})`;
export const callInfo = ({ schema }: StatementsExtension): string => `${schema}.pg_stat_statements_info()`;

export async function isUnmoved(connection: ServerConnection, { rows }: StatementsExtension): Promise<boolean> {
  return (await connection.rows(UNMOVED, [...rows])).length === 1;
}

/** A text that calls the extension, ready to be asked. */
export const fixed = (
  connection: ServerConnection,
  extension: StatementsExtension,
  text: string,
): Promise<FixedStatement> =>
  connection.fix(text, async () => {
    if (!(await isUnmoved(connection, extension))) throw new StatementsMoved();
  });

/** The extension was moved, updated or dropped since it was looked for. */
export class StatementsMoved extends Error {
  override readonly name = 'StatementsMoved';
  readonly code = 'statements_moved';

  constructor() {
    super('pg_stat_statements is not where it was.');
  }
}
