/*
 * A month in fast motion: instead of moving a clock, what is stored grows older. Whoever then deletes what is too old finds it as
 * they would after those days.
 */

type Run = (sql: string) => Promise<unknown>;

/**
 * Every time in the schema is a day earlier. Of a table with times in its key the oldest day goes first, so that no row takes
 * the place of one that has not moved yet. Partitions for the day before the oldest have to be there.
 */
export async function ageByADay(run: Run, schema: string): Promise<void> {
  await run(`do $$
    declare one record; day date;
    begin
      -- Neither triggers nor foreign keys: nothing has happened, it only was earlier.
      perform set_config('session_replication_role', 'replica', true);
      for one in
        select c.oid::regclass as name,
               string_agg(format(case a.atttypid when 'date'::regtype then '%1$I = %1$I - 1'
                                 else '%1$I = %1$I - interval ''1 day''' end, a.attname), ', ') as changes,
               min(format(case a.atttypid when 'timestamptz'::regtype then '(%I at time zone ''utc'')::date'
                          else '%I::date' end, a.attname))
                 filter (where exists (select from pg_index i where i.indrelid = c.oid and i.indisunique
                                          and a.attnum = any(i.indkey))) as key_day
          from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = '${schema}'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
           and a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
         group by c.oid
      loop
        if one.key_day is null then
          execute format('update %s set %s', one.name, one.changes);
        else
          for day in execute format('select distinct %s from %s order by 1', one.key_day, one.name) loop
            execute format('update %s set %s where %s = $1', one.name, one.changes, one.key_day) using day;
          end loop;
        end if;
      end loop;
    end $$`);
}

/** What these schemas take on the disk, as autovacuum has left them: what was deleted is used again. */
export async function bytesOf<Row>(run: (sql: string) => Promise<Row[]>, ...schemas: string[]): Promise<number> {
  await run('vacuum');
  const [row] = await run(
    `select sum(pg_total_relation_size(oid))::float8 as bytes from pg_class
      where relnamespace in (${schemas.map((schema) => `'${schema}'::regnamespace`).join(', ')}) and relkind = 'r'`,
  );
  return Number((row as { bytes: number }).bytes);
}
