/*
 * What the owner of a database can do to whoever looks up names along the search_path: something of the same name for
 * everything that the catalogue has. Whatever is touched says so in the server's log, as whom.
 */
export const CAUGHT = 'CAUGHT';

const each = (query: string, statement: string) => `
  do $do$ declare it record; begin
    for it in ${query} loop
      begin
        execute ${statement};
      exception when others then null;
      end;
    end loop;
  end $do$`;

const args = `(select string_agg(format_type(t, null), ', ' order by n)
  from unnest(p.proargtypes::oid[]) with ordinality as a(t, n))`;

/** Statements for `PostgresServer.sql`, run by the owner's leave in the database itself. */
export const SHADOWS = [
  `create function public.caught(what text) returns bool language plpgsql volatile as
    $f$ begin raise log '${CAUGHT} % as %', what, current_user; return true; end $f$`,
  // Views first: what is made for functions would get in the way of everything after.
  each(
    `select c.relname from pg_class c where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind in ('r', 'v')
      and not exists (select from pg_attribute a where a.attrelid = c.oid and a.atttypid = 'anyarray'::regtype)`,
    `format('create view public.%I as select * from pg_catalog.%1$I where public.caught(%L)', it.relname, it.relname)`,
  ),
  each(
    `select distinct on (o.oid) o.oprname, o.oprleft, o.oprright, o.oprresult, o.oid from pg_operator o
      where o.oprnamespace = 'pg_catalog'::regnamespace`,
    `format($q$create function public.operator_%s(%s) returns %s language plpgsql volatile as
        $b$begin perform public.caught('operator'); return null; end$b$$q$, it.oid,
        concat_ws(', ', case when it.oprleft <> 0 then format_type(it.oprleft, null) end, format_type(it.oprright, null)),
        format_type(it.oprresult, null))
      || format('; create operator public.%s (%s rightarg = %s, function = public.operator_%s)', it.oprname,
        case when it.oprleft <> 0 then 'leftarg = ' || format_type(it.oprleft, null) || ',' end,
        format_type(it.oprright, null), it.oid)`,
  ),
  each(
    `select p.proname, ${args} as args, p.proretset, format_type(p.prorettype, null) as result
       from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and p.proname !~ '(in|out|recv|send)$'`,
    `format($q$create function public.%I(%s) returns %s %s language plpgsql volatile as
        $b$begin perform public.caught(%L); %s end$b$$q$, it.proname, it.args, case when it.proretset then 'setof' end, it.result,
        it.proname, case when not it.proretset then 'return null;' end)`,
  ),
  `create function public.step(state int8) returns int8 language plpgsql volatile as
    $f$ begin perform public.caught('count'); return 0; end $f$`,
  'create aggregate public.count(*) (sfunc = public.step, stype = int8)',
  each(
    `select t.typname from pg_type t where t.typnamespace = 'pg_catalog'::regnamespace and t.typtype = 'b' and t.typelem = 0`,
    `format('create domain public.%I as pg_catalog.%1$I check (public.caught(%L))', it.typname, it.typname)`,
  ),
  'grant select on all tables in schema public to public',
]
  // Statements are told apart by where lines end.
  .map((one) => one.replaceAll(/\s*\n\s*/g, ' '))
  .join(';\n');
