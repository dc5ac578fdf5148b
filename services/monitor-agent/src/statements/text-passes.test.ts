import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { type Statement, topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { until } from '@tidegate/testing/until';
import { addServer, Replica, type WatchedServer } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { ShowOverview } from '../overview/show-overview.ts';
import { TopStatements } from './top-statements.ts';

const store = useStore();

const TEN_MINUTES = 600_000;

describe('reading texts of a real server', () => {
  const watched = useServer(FIRST_VERSION);
  let replica: Replica;
  beforeEach(() => {
    replica = new Replica(store).start();
  });
  afterEach(async () => {
    await replica.stop();
    await store.releaseServers();
  });

  /** The statement whose calls go on while we wait. */
  async function seen(
    { orgId, serverId }: WatchedServer,
    query: string,
    wanted: (found: Statement[]) => boolean,
  ): Promise<Statement[]> {
    const client = await watched.client();
    // Of its plan: to look for it among the statements would read all their texts each time.
    const plan = await client.query<{ 'QUERY PLAN': string }>(`explain (verbose) ${query}`);
    const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    const wantedId = /Query Identifier: (-?\d+)/.exec(lines)?.[1];
    return until(
      async () => {
        await client.query(query);
        const input = { serverId, limit: 500, ...around() };
        const { items } = await store.call(new TopStatements(store.tenants, store.kept), topStatements, input, orgId);
        const found = items.filter(({ queryId }) => queryId === wantedId);
        return wanted(found) ? found : undefined;
      },
      { withinMs: 20_000 },
    );
  }
  /** The replica's clock is ahead of ours. */
  const around = () => ({
    from: new Date(Date.now() - 6 * TEN_MINUTES).toISOString(),
    to: new Date(Date.now() + 6 * TEN_MINUTES).toISOString(),
  });
  const hasText = ([found]: Statement[]) => found?.text !== null && found !== undefined;
  const codes = async (at: WatchedServer) => {
    const { missing } = await store.call(
      new ShowOverview(store.tenants, store.kept),
      showOverview,
      { serverId: at.serverId },
      at.orgId,
    );
    return missing.map(({ code }) => code);
  };
  /** How often the server was asked for texts. */
  const passes = async () =>
    Number(
      (
        await watched.sql<{ calls: string | null }>(
          `select sum(calls) as calls from pg_stat_statements
            where query like '%with w as (select%'`,
        )
      )[0]?.calls ?? 0,
    );

  test('where there is too much of it no text is read any more, counters go on, and a finding says why', async () => {
    const at = await addServer(store, watched);
    const [first] = await seen(at, 'select count(*) from pg_am', hasText);
    expect(first).toMatchObject({ text: 'select count(*) from pg_am', queryKey: expect.any(String) });

    // PostgreSQL keeps comments: 66 statements with a megabyte each.
    const client = await watched.client();
    for (let each = 0; each < 66; each += 1) {
      await client.query(`select 1${', 1'.repeat(each)} /* ${'x'.repeat(1024 * 1024)} */`);
    }
    replica.putForward(TEN_MINUTES);
    await until(async () => (await codes(at)).includes('statement_texts_too_large'), { withinMs: 20_000 });
    const asked = await passes();
    expect(asked).toBeGreaterThan(0);
    replica.putForward(TEN_MINUTES);
    const [fresh] = await seen(at, 'select count(*) from pg_opclass', ([found]) => (found?.calls ?? 0) > 20);
    expect(fresh?.text).toBeNull();
    expect(await passes()).toBe(asked);

    // Another process knows it too.
    await replica.stop();
    replica = new Replica(store).start();
    replica.putForward(2 * TEN_MINUTES);
    await seen(at, 'select count(*) from pg_cast', ([found]) => (found?.calls ?? 0) > 20);
    expect(await passes()).toBe(asked);
    expect(await codes(at)).toContain('statement_texts_too_large');

    await watched.sql('select pg_stat_statements_reset()');
    expect((await seen(at, 'select count(*) from pg_conversion', hasText))[0]?.text).toBe(
      'select count(*) from pg_conversion',
    );
    await until(async () => !(await codes(at)).includes('statement_texts_too_large'));
  });

  test('after the first ten minutes texts are read once in ten minutes, all at once', async () => {
    const at = await addServer(store, watched);
    await seen(at, 'select count(*) from pg_am', hasText);
    replica.putForward(TEN_MINUTES + 1_000);
    await seen(at, 'select count(*) from pg_operator', hasText);
    const asked = await passes();
    const [three] = await seen(at, 'select count(*) from pg_language', ([found]) => (found?.calls ?? 0) > 20);
    const [four] = await seen(at, 'select count(*) from pg_opfamily', ([found]) => (found?.calls ?? 0) > 20);
    expect([three?.text, four?.text, await passes()]).toEqual([null, null, asked]);
    replica.putForward(TEN_MINUTES);
    await seen(at, 'select count(*) from pg_language', hasText);
    await seen(at, 'select count(*) from pg_opfamily', hasText);
    expect(await passes()).toBe(asked + 1);
  });

  test('texts with fingerprints of another version are hashed again, and keep their keys', async () => {
    const at = await addServer(store, watched);
    const [before] = await seen(at, 'select count(*) from pg_am', hasText);
    await replica.stop();
    await store.server.sql(`update monitor_agent.query_keys set fingerprint_version = 0, fingerprint = 'x' || fingerprint;
      update monitor_agent.statement_snapshots set fingerprint_version = 0`);
    replica = new Replica(store).start();
    const known = () =>
      store.server.sql<{ fingerprint_version: number }>(
        `select fingerprint_version from monitor_agent.query_keys where query_key = '${before?.queryKey}' order by 1`,
      );
    await until(async () => (await known()).length === 2, { withinMs: 20_000 });
    expect(await known()).toEqual([{ fingerprint_version: 0 }, { fingerprint_version: 1 }]);
    expect((await seen(at, 'select count(*) from pg_am', hasText))[0]?.queryKey).toBe(before?.queryKey);
  });
});
