import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import type pg from 'pg';
import { useServer } from '../../test/fixture.ts';
import { ALL_VERSIONS } from '../../test/postgres-server.ts';
import { WATCHER_PASSWORD, watch } from '../../test/watched.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { type Instance, readInstance } from '../kernel/instance/instance.queries.ts';
import type { StatementsExtension } from '../kernel/instance/statements-extension.queries.ts';
import { readServerEpoch } from '../reset-epochs/server-epoch.queries.ts';
import { readStatements } from './statements.queries.ts';
import { readTexts } from './texts.queries.ts';

const CAUGHT = 'CAUGHT';

/*
 * The owner of a database renames the schema of pg_stat_statements and puts something of their own in its place. What it
 * says when it runs is in the server's log: `caught` is immutable, so the planner runs it where it can.
 */
const caught = `create function public.caught(what text) returns int8 language plpgsql immutable as
  $f$ begin raise log '${CAUGHT} % as %', what, current_user; return 1; end $f$`;

const setof = (body: string, language = 'sql', more = 'stable') =>
  `create function "odd Schema".pg_stat_statements(showtext bool, %OUT%) returns setof record language ${language} ${more} as $f$ ${body} $f$`;

const PLANTED: Record<string, string> = {
  'a function in plpgsql': setof(`begin perform public.caught('plpgsql'); return; end`, 'plpgsql', 'volatile'),
  'a SQL function that the planner takes apart': setof(`select %COLUMNS% where public.caught('inlined') = 1`),
  'an immutable function': setof(
    `begin perform public.caught('immutable'); return; end`,
    'plpgsql',
    'immutable strict',
  ),
  'an immutable function that answers one record': `create function "odd Schema".pg_stat_statements(showtext bool, %OUT%) returns record
    language plpgsql immutable as $f$ begin perform public.caught('one record'); return; end $f$`,
  'a SQL function that answers one row of a type': `create type public.planted as (%TYPED%);
    create function "odd Schema".pg_stat_statements(showtext bool) returns public.planted language sql immutable as
      $f$ select (row(%VALUES%)::public.planted).* where public.caught('one row') = 1 $f$`,
  'a SQL function that answers an expression of a type': `create type public.planted as (%TYPED%);
    create function public.composed() returns public.planted language plpgsql immutable as
      $f$ begin perform public.caught('composed'); return null; end $f$;
    create function "odd Schema".pg_stat_statements(showtext bool) returns public.planted language sql immutable as
      $f$ select public.composed() $f$`,
  'columns of a type with casts of its own': `create type public.odd as enum ('a');
    create function public.cast_odd(public.odd) returns float8 language sql immutable as $f$ select public.caught('cast')::float8 $f$;
    create cast (public.odd as float8) with function public.cast_odd(public.odd) as implicit;
    create function "odd Schema".pg_stat_statements(showtext bool, %ODD%) returns setof record language sql stable as
      $f$ select %COLUMNS_ODD% $f$`,
  'a default that the planner computes': `create function "odd Schema".pg_stat_statements(showtext bool, x int8 default public.caught('default'), %OUT%)
    returns setof record language sql stable as $f$ select %COLUMNS% $f$`,
  'an argument of a type with a cast of its own': `create type public.odd as enum ('a');
    create function public.cast_odd(bool) returns public.odd language sql immutable as
      $f$ select case when public.caught('cast of the argument') = 1 then 'a'::public.odd end $f$;
    create cast (bool as public.odd) with function public.cast_odd(bool) as implicit;
    create function "odd Schema".pg_stat_statements(showtext public.odd, %OUT%) returns setof record language sql stable as
      $f$ select %COLUMNS% $f$`,
  'a view': `create view "odd Schema".pg_stat_statements as select public.caught('view') as calls;
    grant select on "odd Schema".pg_stat_statements to public`,
};

const INFO: Record<string, string> = {
  'a function in plpgsql': `create function "odd Schema".pg_stat_statements_info(out dealloc int8, out stats_reset timestamptz)
    language plpgsql immutable as $f$ begin dealloc := public.caught('info'); end $f$`,
  'a default that the planner computes': `create function "odd Schema".pg_stat_statements_info(x int8 default public.caught('info, default'),
    out dealloc int8, out stats_reset timestamptz) language sql stable as $f$ select 1, null::timestamptz $f$`,
  'a set that the planner takes apart': `create function "odd Schema".pg_stat_statements_info(out dealloc int8, out stats_reset timestamptz)
    returns setof record language sql stable as $f$ select public.caught('info, inlined'), null::timestamptz $f$`,
  'a view': `create view "odd Schema".pg_stat_statements_info as select public.caught('info, view') as dealloc, null::timestamptz as stats_reset;
    grant select on "odd Schema".pg_stat_statements_info to public`,
};

describe.each(ALL_VERSIONS)('whoever owns the schema of pg_stat_statements ($name)', (binaries) => {
  const server = useServer(binaries);
  let owner: pg.Client;
  /** Whoever goes by names alone. */
  let careless: pg.Client;
  /** Has all statements prepared before anything is planted. */
  let prepared: ServerConnection;
  let instance: Instance;

  beforeAll(async () => {
    await server.sql('create role mallory login');
    await server.sql('create database evil owner mallory');
    await server.sql(
      `create schema "odd Schema" authorization mallory;
       grant usage on schema "odd Schema" to watcher;
       grant create on schema public to mallory;
       create extension pg_stat_statements schema "odd Schema"`,
      'evil',
    );
    owner = await server.client('evil');
    await owner.query('set role mallory');
    await owner.query(caught);
    careless = await server.client('evil', 'watcher', WATCHER_PASSWORD);
    prepared = await watch(server, { database: 'evil' });
    instance = await readInstance(prepared);
    await everything(prepared, instance);
  });

  const lines = async (mark: string) => {
    await server.sql(`do $$ begin raise log '${mark}'; end $$`);
    return until(() => (server.log().includes(mark) ? server.log() : undefined));
  };
  const caughtIn = async (work: () => Promise<unknown>) => {
    const before = (await lines(`begin ${newId()}`)).length;
    await work();
    const log = (await lines(`end ${newId()}`)).slice(before);
    return [...new Set([...log.matchAll(new RegExp(`LOG: +${CAUGHT} (.*)`, 'g'))].map(([, one]) => one))];
  };

  /** The columns that this version has, as the planted objects need them. */
  async function filled(sql: string): Promise<string> {
    const { rows } = await owner.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
        where attrelid = to_regclass('public.shape') and attnum > 0 order by attnum`,
    );
    const list = (of: (row: { name: string; type: string }) => string) => rows.map(of).join(', ');
    const isOdd = ({ name }: { name: string }) => name.endsWith('_time');
    return sql
      .replaceAll(
        '%OUT%',
        list(({ name, type }) => `out ${name} ${type}`),
      )
      .replaceAll(
        '%TYPED%',
        list(({ name, type }) => `${name} ${type}`),
      )
      .replaceAll(
        '%COLUMNS%',
        list(({ type }) => `null::${type}`),
      )
      .replaceAll(
        '%VALUES%',
        list(({ type }) => `null::${type}`),
      )
      .replaceAll(
        '%ODD%',
        list((row) => `out ${row.name} ${isOdd(row) ? 'public.odd' : row.type}`),
      )
      .replaceAll(
        '%COLUMNS_ODD%',
        list((row) => `null::${isOdd(row) ? 'public.odd' : row.type}`),
      );
  }

  /** In a transaction of the owner's that is committed, so that everybody sees it; and back. */
  async function planting(sql: string, work: () => Promise<void>): Promise<void> {
    await owner.query(`drop view if exists public.shape;
      create view public.shape as select * from "odd Schema".pg_stat_statements`);
    const planted = await filled(sql);
    await owner.query('drop view public.shape');
    await owner.query(`begin; alter schema "odd Schema" rename to elsewhere; create schema "odd Schema";
      grant usage on schema "odd Schema" to public; ${planted}; commit`);
    try {
      await work();
    } finally {
      await owner.query(`begin; drop schema "odd Schema" cascade; alter schema elsewhere rename to "odd Schema";
        drop type if exists public.planted cascade; drop type if exists public.odd cascade;
        drop function if exists public.composed(), public.cast_odd(bool); commit`);
    }
  }

  const everything = (connection: ServerConnection, instance: Instance) =>
    Promise.all([
      readStatements(connection, instance, undefined),
      readTexts(connection, instance.statements as StatementsExtension, ['1/2/3/t'], { scrub: async () => [] }).catch(
        () => undefined,
      ),
      readServerEpoch(connection, instance),
    ]);

  const planted = [
    ...Object.entries(PLANTED),
    ...Object.entries(INFO).map(([what, sql]) => [`its own state: ${what}`, sql] as const),
  ];
  test.each(planted)('runs nothing as our role, and statements are read where they are: %s', async (_what, sql) => {
    const connection = await watch(server, { database: 'evil' });
    const before = await readInstance(connection);
    await planting(sql, async () => {
      expect(await caughtIn(() => everything(connection, before))).toEqual([]);
      expect(await caughtIn(() => everything(prepared, instance))).toEqual([]);
      expect(before.statements?.schema).toBe('elsewhere');
      expect(instance.statements?.schema).toBe('elsewhere');
      const name = sql.includes('_info') ? 'pg_stat_statements_info()' : 'pg_stat_statements(false)';
      const from = sql.includes('create view') ? name.replace(/\(.*/, '') : name;
      const what = sql.includes('cast_odd(public.odd)') ? 's.total_exec_time + s.min_exec_time' : 's.*';
      const byName = () => careless.query(`select ${what} from "odd Schema".${from} s where not s.* is null`);
      expect(await caughtIn(() => byName().catch(() => undefined))).toEqual([expect.stringMatching(/ as watcher$/)]);
    });
    expect(await caughtIn(() => everything(prepared, instance))).toEqual([]);
    expect(instance.statements?.schema).toBe('"odd Schema"');
    await connection.close();
  });

  test('renaming it away and back between our look at the names and our call is noticed', async () => {
    const before = instance.statements?.rows;
    await owner.query('begin; alter schema "odd Schema" rename to elsewhere; commit');
    await owner.query('begin; alter schema elsewhere rename to "odd Schema"; commit');
    const { total } = await readStatements(prepared, instance, undefined);
    expect(total).toBeGreaterThan(0);
    expect(instance.statements?.rows).not.toEqual(before);
  });
});
