import type { StatementsExtension } from '../collection/instance.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { MAX_READ_CHARS, type ScrubbedText, scrubText } from './scrub-text.rules.ts';
import { parseKey, statementKey } from './statement-key.rules.ts';

/*
 * Texts of statements that are not known yet. PostgreSQL reads its whole text file for this, however few texts are
 * wanted, so it is asked rarely and for many at once; and not at all where that file has grown huge.
 */
export const MAX_TEXT_FILE_BYTES = 64 * 1024 * 1024;
export const MAX_TEXTS_PER_PASS = 5_000;

export interface StatementTexts {
  /** How much text there is on the server in all. */
  totalBytes: number;
  texts: Map<string, ScrubbedText>;
}

export async function readTexts(
  connection: ServerConnection,
  extension: StatementsExtension,
  keys: readonly string[],
): Promise<StatementTexts> {
  const wanted = keys.slice(0, MAX_TEXTS_PER_PASS).map(parseKey);
  const rows = await connection.rows<[number, number | null, number, string, boolean, string | null]>(sql(extension), [
    wanted.map((key) => key.dbid),
    wanted.map((key) => key.userid),
    wanted.map((key) => key.queryid),
    wanted.map((key) => key.toplevel),
  ]);
  const texts = new Map<string, ScrubbedText>();
  for (const [, dbid, userid, queryid, toplevel, text] of rows) {
    if (dbid !== null && text !== null) texts.set(statementKey(dbid, userid, queryid, toplevel), scrubText(text));
  }
  return { totalBytes: rows[0]?.[0] ?? 0, texts };
}

const sql = ({ schema, columns }: StatementsExtension) => {
  const toplevel = columns.has('toplevel') ? 'toplevel' : 'true';
  return `with m as materialized (
      select dbid, userid, queryid, ${toplevel} as toplevel, query from ${schema}.pg_stat_statements(true)
       where queryid is not null),
    w as (select * from unnest($1::oid[], $2::oid[], $3::int8[], $4::bool[]) as w(dbid, userid, queryid, toplevel))
    select t.total, m.dbid, m.userid, m.queryid::text, m.toplevel, left(m.query, ${MAX_READ_CHARS + 1})
      from (select coalesce(sum(octet_length(query)), 0)::int8 as total from m) t
      left join (m join w using (dbid, userid, queryid, toplevel)) on true`;
};
