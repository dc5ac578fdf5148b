import { getServer } from '@tidegate/contracts/monitor-agent/server';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { setLogLevel } from '@tidegate/telemetry/log';
import { until } from '@tidegate/testing/until';
import { addServer, Replica } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { VERSIONS } from '../../test/postgres-server.ts';
import { GetServer } from '../servers/get-server.ts';
import { TopStatements } from './top-statements.ts';

const store = useStore();

/** What must be found nowhere, in every place that a constant can have. */
const SECRETS = ['S3CR3T', 'u=a@b.c', '4711081508'];
const STATEMENTS = [
  "alter role victim password 'S3CR3T'",
  "create user other password 'S3CR3T' valid until '2030-01-01'",
  'select 1 as tagged /* u=a@b.c */',
  '/* u=a@b.c */ select 2 as leading -- S3CR3T',
  "copy (select 'S3CR3T') to '/dev/null'",
  "copy t from program 'echo 4711081508'",
  "do $$ begin perform 'S3CR3T'; end $$",
  "do 'begin perform 4711081508; end'",
  "notify c, 'S3CR3T'",
  "call keep('S3CR3T')",
  "prepare p (text) as select $1 || 'S3CR3T'",
  "execute p('S3CR3T')",
  "comment on table t is 'S3CR3T'",
  "alter table t alter column a set default 'S3CR3T'",
  "create table u (a text default 'S3CR3T' check (a <> E'S3CR3T\\'') )",
  "set app.token = 'S3CR3T'",
  'set app.token = S3CR3T',
  "alter role victim set app.token to 'S3CR3T'",
  "select U&'S3CR3T', B'01', X'ff', 4711081508, -4711081508.5e3 as numbers",
  "select 'a' 'S3CR3T' as broken",
  "create function f() returns text language sql as $f$ select 'S3CR3T' $f$",
  "insert into t values ('S3CR3T') returning 'S3CR3T'",
  "select * from t where a in ('S3CR3T', '4711081508')",
  "declare d cursor for select 'S3CR3T'",
  "explain select 'S3CR3T'",
];

describe.each(VERSIONS)('nothing of a literal is kept or told ($name)', (binaries) => {
  const watched = useServer(binaries, { settings: { 'pg_stat_statements.track': 'all' } });
  let replica: Replica;
  let said = '';
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  beforeAll(async () => {
    setLogLevel('info');
    stdout.write = ((chunk: string | Uint8Array) => {
      said += chunk.toString();
      return write(chunk);
    }) as typeof stdout.write;
    await watched.sql(`create role victim;
      create table t (a text);
      create procedure keep(text) language plpgsql as 'begin perform 1; end'`);
    replica = new Replica(store).start();
    watched.beforeStop(() => replica.stop());
  });
  afterAll(() => {
    stdout.write = write;
  });

  test('behaviour 11: what was typed in utility statements, comments and settings', async () => {
    const { orgId, serverId } = await addServer(store, watched);
    const client = await watched.client();
    // A question that fails is logged.
    await client.query('revoke execute on function pg_stat_get_db_deadlocks(oid) from public');
    // What was there before the first snapshot has no calls in any interval.
    await until(
      async () => (await store.call(new GetServer(), getServer, { serverId }, orgId)).lastCollectedAt ?? undefined,
    );
    for (const statement of STATEMENTS) await client.query(statement).catch(() => undefined);
    const last = await watched.client();
    await last.query('begin');
    // What sessions show while they do something, and what an aborted one showed last.
    const asleep = last
      .query("select pg_sleep(60), 'S3CR3T', 4711081508 /* u=a@b.c */ -- S3CR3T")
      .catch(() => undefined);
    const aborted = await watched.client();
    await aborted.query('begin');
    await aborted.query("select 'S3CR3T' from nowhere where password = 'S3CR3T").catch(() => undefined);

    const texts = await until(
      async () => {
        const { items } = await store.call(
          new TopStatements(store.tenants, store.kept),
          topStatements,
          { serverId, limit: 500 },
          orgId,
        );
        await client.query("select * from t where a = 'S3CR3T'");
        const known = items.map(({ text }) => text ?? '');
        return known.some((text) => text === 'select * from t where a = $1') && !known.includes('') ? known : undefined;
      },
      { withinMs: 20_000 },
    );
    const seen = await store.server.sql<{ sessions: string }>(
      `select sessions::text as sessions from monitor_agent.activity_samples where server_id = '${serverId}'`,
    );
    await until(() => replica.live.length > 0);

    const [stored, published] = [await store.dump(), JSON.stringify(replica.live)];
    for (const secret of SECRETS) {
      expect(stored).not.toContain(secret);
      expect(published).not.toContain(secret);
      expect(said).not.toContain(secret);
    }
    expect(said).toContain('retried later');
    // It was all there: the statements themselves are known, and the sessions were seen.
    expect(texts).toEqual(expect.arrayContaining(['alter role victim password $1', 'notify c, $1', 'do $1']));
    expect(texts.filter((text) => text.includes('<unparsable>'))).toEqual([]);
    expect(seen.map(({ sessions }) => sessions).join()).toContain('select pg_sleep($1), $2, $3');
    await watched.sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where query like $$%pg_sleep(60)%$$ and pid <> pg_backend_pid()',
    );
    await asleep;
  });
});
