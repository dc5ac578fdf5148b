import { showActivity } from '@tidegate/contracts/monitor-agent/activity';
import { showBlocking, showWaits } from '@tidegate/contracts/monitor-agent/blocking';
import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { until } from '@tidegate/testing/until';
import type pg from 'pg';
import { addServer, lookOnce, Replica } from '../../test/collector.ts';
import { PostgresServer, VERSIONS } from '../../test/postgres-server.ts';
import { openStore, type Store } from '../../test/store.ts';
import { makeWatcher } from '../../test/watched.ts';
import { ShowActivity } from '../activity/show-activity.ts';
import { ShowBlocking } from '../activity/show-blocking.ts';
import { ShowWaits } from '../activity/show-waits.ts';
import { ShowOverview } from '../overview/show-overview.ts';
import { TopStatements } from './top-statements.ts';

/* Behaviour 11: what people type into their statements stays with them, whatever way it might take. */
const SECRETS = ['S3CR3T', 'u=a@b.c', '4111111111111111', '86753.09'];

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

describe.each(VERSIONS)('texts of a real server ($name)', (binaries) => {
  let server: PostgresServer;
  let replica: Replica;
  let at: { orgId: string; serverId: string };
  let said = '';
  const { stdout } = process;
  const write = stdout.write.bind(stdout);

  beforeAll(async () => {
    stdout.write = ((chunk: string | Uint8Array, ...rest: []) => {
      said += chunk.toString();
      return write(chunk, ...rest);
    }) as typeof stdout.write;
    server = await PostgresServer.start(binaries, { settings: { 'pg_stat_statements.track': 'all' } });
    await makeWatcher(server);
    await server.sql('create table people (id int primary key, note text);\n insert into people values (1)');
    at = await addServer(store, server);
    replica = new Replica(store);
  });
  afterAll(async () => {
    stdout.write = write;
    await replica.stop();
    await store.server.sql('delete from monitor_agent.server_leases');
    await server.stop();
  });

  test('behaviour 11: no password, comment, constant or body is stored, sent, answered or logged', async () => {
    const [blocker, waiter, talker] = await Promise.all([server.client(), server.client(), server.client()]);
    await lookOnce(store, replica, at.serverId);
    for (const text of [
      "create role x login password 'S3CR3T'",
      "alter role x password 'S3CR3T' valid until '2030-01-01'",
      "select 4111111111111111 /* u=a@b.c */, 86753.09, U&'S3CR3T', $$S3CR3T$$, E'S3CR3T\\n'",
      "copy (select 'S3CR3T', 86753.09) to stdout",
      "do $$ begin perform 'S3CR3T', 4111111111111111; end $$",
      "comment on table people is 'S3CR3T'",
      "set application_name = 'plain'; set tidegate.test = 'S3CR3T'",
      "prepare p as select 'S3CR3T'::text, 4111111111111111; execute p; deallocate p",
      "-- u=a@b.c\nselect note from people where note = 'S3CR3T' and id <> 86753.09",
      "notify people, 'S3CR3T'",
      "alter table people alter note set default 'S3CR3T'",
    ])
      await talker.query(text);
    await expect(talker.query("select 'S3CR3T' / 0 -- u=a@b.c")).rejects.toThrow();
    await expect(talker.query("select 'S3CR3T as it was never finished")).rejects.toThrow();
    await blocker.query("begin; update people set note = 'S3CR3T' where id = 1 /* u=a@b.c */");
    const waiting = waiter.query(
      "update people set note = 'S3CR3T', id = 4111111111111111 / 4111111111111111 where id = 1",
    );
    await until(async () => (await waits(talker)) === 1);

    // A question that fails is logged.
    await server.sql('revoke execute on function pg_stat_get_db_deadlocks(oid) from public');
    await lookOnce(store, replica, at.serverId);
    expect(said).toContain('left alone');
    const names = async () => (await answers()).statements.items.map(({ text }) => text);
    await replica.turnUntil(async () => {
      const texts = await names();
      return texts.length > 10 && !texts.includes(null);
    });
    expect(await names()).toContain('select note from people where note = $1 and id <> $2');
    const seen = await answers();
    expect(seen.blocking.blocked).toBe(1);
    expect(seen.activity.sessions.length).toBeGreaterThanOrEqual(2);
    await blocker.query('rollback');
    await waiting;

    const everything = {
      stored: await store.dump(),
      sent: JSON.stringify(replica.live),
      answered: JSON.stringify(seen),
      said,
    };
    for (const [where, text] of Object.entries(everything)) {
      expect(text.length).toBeGreaterThan(100);
      expect(SECRETS.filter((secret) => text.includes(secret)).map((secret) => `${secret} was ${where}`)).toEqual([]);
    }
    await Promise.all([blocker, waiter, talker].map((client) => client.end()));
  });

  const waits = async (client: pg.Client) =>
    Number((await client.query("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")).rows[0]?.count);

  async function answers() {
    const range = { serverId: at.serverId, to: new Date(Date.now() + replica.ahead + 60_000).toISOString() };
    const { orgId } = at;
    return {
      statements: await store.call(new TopStatements(), topStatements, { ...range, limit: 500 }, orgId),
      activity: await store.call(new ShowActivity(), showActivity, range, orgId),
      blocking: await store.call(new ShowBlocking(), showBlocking, range, orgId),
      waits: await store.call(new ShowWaits(), showWaits, range, orgId),
      overview: await store.call(new ShowOverview(), showOverview, { serverId: at.serverId }, orgId),
    };
  }
});
