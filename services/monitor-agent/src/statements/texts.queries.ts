import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { callStatements, fixed, type StatementsExtension } from '../kernel/instance/statements-extension.queries.ts';
import type { WorkedText } from '../kernel/scrubbing/scrub.worker.ts';
import { MAX_READ_CHARS } from '../kernel/scrubbing/scrub-text.rules.ts';
import type { Scrubber } from '../kernel/scrubbing/scrubber.ts';
import { MAX_BYTES_PER_RUN, MAX_TEXT_BYTES, MAX_TEXTS_PER_RUN } from '../kernel/scrubbing/text-limits.rules.ts';
import { parseKey, statementKey } from './statement-key.rules.ts';

export interface StatementTexts {
  /** How much text there is on the server in all. */
  totalBytes: number;
  /** Those that there was room and time for; the others are asked for again. */
  texts: Map<string, WorkedText>;
}

/** Texts of statements that are not known yet. Of a server with too much text only how much it is. */
export async function readTexts(
  connection: ServerConnection,
  extension: StatementsExtension,
  keys: readonly string[],
  scrubber: Pick<Scrubber, 'scrub'>,
): Promise<StatementTexts> {
  const query = await fixed(connection, extension, sql(extension));
  const wanted = keys.slice(0, MAX_TEXTS_PER_RUN).map(parseKey);
  const rows = await connection.rows<[number, number | null, number, string, boolean, string | null]>(query, [
    wanted.map((key) => key.dbid),
    wanted.map((key) => key.userid),
    wanted.map((key) => key.queryid),
    wanted.map((key) => key.toplevel),
  ]);
  const typed = rows.flatMap(([, dbid, userid, queryid, toplevel, text]) =>
    dbid === null || text === null ? [] : [{ key: statementKey(dbid, userid, queryid, toplevel), text }],
  );
  const scrubbed = await scrubber.scrub(typed.map(({ text }) => text));
  const texts = new Map(
    typed.flatMap(({ key }, index) => {
      const text = scrubbed[index];
      return text ? [[key, text] as const] : [];
    }),
  );
  return { totalBytes: rows[0]?.[0] ?? 0, texts };
}

/** Of all texts only those that are wanted are kept while the others are measured: a server may have a gigabyte of them. */
const sql = (extension: StatementsExtension) => {
  const toplevel = extension.columns.has('toplevel') ? 'toplevel' : 'true';
  return `with w as (select * from rows from (unnest($1::oid[]), unnest($2::oid[]), unnest($3::int8[]), unnest($4::bool[])) as w(dbid, userid, queryid, toplevel)),
    m as materialized (
      select s.dbid, s.userid, s.queryid, s.toplevel, octet_length(s.query) as bytes,
             case when w.dbid is not null then left(s.query, ${MAX_READ_CHARS + 1}) end as text
        from (select dbid, userid, queryid, ${toplevel} as toplevel, query from ${callStatements(extension, { texts: true })} as c
               where queryid is not null) s
        left join w on w.dbid = s.dbid and w.userid = s.userid and w.queryid = s.queryid and w.toplevel = s.toplevel)
    select t.total, f.dbid, f.userid, f.queryid::text, f.toplevel, f.text
      from (select coalesce(sum(bytes), 0)::int8 as total from m) t
      left join (select *, sum(octet_length(text)) over (order by dbid, userid, queryid, toplevel) as so_far
                   from m where text is not null) f
        on t.total <= ${MAX_TEXT_BYTES} and f.so_far <= ${MAX_BYTES_PER_RUN}`;
};
