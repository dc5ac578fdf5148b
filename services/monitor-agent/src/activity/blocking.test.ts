import { showActivity } from '@tidegate/contracts/monitor-agent/activity';
import { showBlocking, showWaits } from '@tidegate/contracts/monitor-agent/blocking';
import { listIndexFindings } from '@tidegate/contracts/monitor-agent/index-findings';
import { showWraparound } from '@tidegate/contracts/monitor-agent/wraparound';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import type pg from 'pg';
import { addServer, Replica } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { pidOf, VERSIONS } from '../../test/postgres-server.ts';
import { watch } from '../../test/watched.ts';
import { ListIndexFindings } from '../index-findings/list-index-findings.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { readInstance } from '../kernel/instance/instance.queries.ts';
import { Scrubber } from '../kernel/scrubbing/scrubber.ts';
import { ShowWraparound } from '../wraparound/show-wraparound.ts';
import { readActivity } from './activity.queries.ts';
import { blockingTree, incidentsOf } from './blocking.rules.ts';
import { ShowActivity } from './show-activity.ts';
import { ShowBlocking } from './show-blocking.ts';
import { ShowWaits } from './show-waits.ts';

const store = useStore();

test.each([
  [new ShowBlocking(), showBlocking],
  [new ShowWaits(), showWaits],
  [new ListIndexFindings(), listIndexFindings],
  [new ShowWraparound(), showWraparound],
])(
  '%#: a server of another organisation does not exist, and one not looked at yet has nothing to show',
  async (handler, operation) => {
    const orgId = newId();
    const { serverId } = await addServer(store, { host: '127.0.0.1', port: 1 }, { orgId });
    await expect(store.call(handler, operation, { serverId }, newId())).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.call(handler, operation, { serverId }, orgId)).toBeDefined();
    await store.releaseServers();
  },
);

describe.each(VERSIONS)('who blocks whom on a real server ($name)', (binaries) => {
  const server = useServer(binaries, { settings: { max_prepared_transactions: 2 } });
  let connection: ServerConnection;
  const scrubber = new Scrubber();
  beforeAll(async () => {
    connection = await watch(server);
    for (const name of ['a', 'b', 'c', 'd']) await server.sql(`create table ${name} (id int primary key, note text)`);
    await server.sql('insert into d values (1)');
  });
  afterAll(() => scrubber.close());

  const snapshot = async () => readActivity(connection, await readInstance(connection), scrubber);
  const waitsFor = (waiter: pg.Client, count: number) =>
    until(async () => {
      const now = await snapshot();
      return now.waiting === count && now.sessions.find(({ pid }) => pid === pidOf(waiter))?.blockedBy.length === 1
        ? now
        : undefined;
    });

  /** Each waits for the one before: a forgotten transaction, an ALTER TABLE, a SELECT only behind the ALTER, and so on. */
  async function chain() {
    const clients = await Promise.all([1, 2, 3, 4, 5].map(() => server.client()));
    const [sleeper, alter, reader, second, third] = clients as [pg.Client, pg.Client, pg.Client, pg.Client, pg.Client];
    await sleeper.query('begin; select * from a');
    await alter.query('begin; select * from a');
    await reader.query('begin; lock table b in share mode');
    await second.query("begin; update d set note = 'S3CR3T' where id = 1");
    const waiting = [alter.query('alter table a add column more int')];
    await waitsFor(alter, 1);
    waiting.push(reader.query('select * from a'));
    await waitsFor(reader, 2);
    waiting.push(second.query("insert into b values (7, 'S3CR3T')"));
    await waitsFor(second, 3);
    waiting.push(third.query("update d set note = 'S3CR3T' where id = 1"));
    const seen = await waitsFor(third, 4);
    const end = async () => {
      await sleeper.query('commit');
      for (const [index, client] of [alter, reader, second, third].entries()) {
        await waiting[index];
        await client.query('rollback');
      }
      for (const client of clients) await client.end();
    };
    return { pids: clients.map(pidOf) as [number, number, number, number, number], seen, end };
  }

  test('behaviour 9: the forgotten transaction is the root of a chain four deep; the ALTER is in the way by waiting', async () => {
    const { pids, seen, end } = await chain();
    const [sleeper, alter, reader, second, third] = pids;
    const tree = blockingTree(seen.sessions, seen.locks);
    const waits = tree.sessions.slice(1).map(({ waitSeconds }) => waitSeconds ?? Number.NaN);
    expect(waits).toEqual([...waits].sort((a, b) => b - a));
    expect(waits[0]).toBeGreaterThan(0);
    expect(tree.depth).toBe(4);
    expect(tree.roots.map(({ pid }) => pid)).toEqual([sleeper]);
    expect(tree.sessions).toMatchObject([
      {
        pid: sleeper,
        depth: 0,
        state: 'idle in transaction',
        blockedBehind: 4,
        waitSeconds: null,
        queueBlocker: false,
      },
      { pid: alter, depth: 1, blockedBy: [sleeper], blockedBehind: 3, queueBlocker: true },
      { pid: reader, depth: 2, blockedBy: [alter], blockedBehind: 2, queueBlocker: false },
      { pid: second, depth: 3, blockedBy: [reader], blockedBehind: 1, queueBlocker: false },
      { pid: third, depth: 4, blockedBy: [second], blockedBehind: 0, queueBlocker: false },
    ]);
    expect(seen.locks.find(({ blocked }) => blocked === alter)).toMatchObject({
      blocker: sleeper,
      relation: 'public.a',
      wantedMode: 'AccessExclusiveLock',
      blockerMode: 'AccessShareLock',
      held: true,
    });
    expect(seen.locks.find(({ blocked }) => blocked === reader)).toMatchObject({
      relation: 'public.a',
      wantedMode: 'AccessShareLock',
      blockerMode: 'AccessExclusiveLock',
      held: false,
    });
    expect(seen.locks.find(({ blocked }) => blocked === third)).toMatchObject({
      blocker: second,
      lockType: 'transactionid',
      relation: 'public.d',
      held: true,
    });
    expect(JSON.stringify([seen.sessions, seen.locks])).not.toContain('S3CR3T');
    await end();
    expect(
      await until(async () => (blockingTree((await snapshot()).sessions, []).blocked === 0 ? true : undefined)),
    ).toBe(true);
  });

  test('a prepared transaction is a root without a session, by its name', async () => {
    const [preparer, waiter] = [await server.client(), await server.client()];
    await preparer.query("begin; lock table c; prepare transaction 'forgotten one'");
    const waiting = waiter.query('select * from c');
    const seen = await waitsFor(waiter, 1);
    const tree = blockingTree(seen.sessions, seen.locks);
    expect(tree.roots).toMatchObject([{ pid: 0, state: null, blockedBehind: 1, blocks: [pidOf(waiter)] }]);
    expect(incidentsOf(tree, seen.locks, seen.origins)).toMatchObject([
      { key: 'prepared forgotten one', preparedTransaction: 'forgotten one' },
    ]);
    await server.sql("rollback prepared 'forgotten one'");
    await waiting;
    for (const client of [preparer, waiter]) await client.end();
  });

  test('a session that does nothing but hold an advisory lock is a root', async () => {
    const [holder, waiter] = [await server.client(), await server.client()];
    await holder.query('select pg_advisory_lock(7)');
    const waiting = waiter.query('select pg_advisory_lock(7)');
    const seen = await waitsFor(waiter, 1);
    expect(blockingTree(seen.sessions, seen.locks).roots).toMatchObject([{ pid: pidOf(holder), state: 'idle' }]);
    expect(seen.locks).toMatchObject([{ lockType: 'advisory', relation: null, held: true }]);
    await holder.end();
    await waiting;
    await waiter.end();
  });

  test('behaviour 9: a jam shows while it lasts, and stays in the history when it is over', async () => {
    const replica = new Replica(store, { probe: 60, minute: 60 }).start();
    server.beforeStop(() => replica.stop());
    const { orgId, serverId } = await addServer(store, server);
    // The collector's clock is put forward.
    const ask = { serverId, to: new Date(Date.now() + 600_000).toISOString() };
    const blocking = () => store.call(new ShowBlocking(), showBlocking, ask, orgId);
    await until(async () => (await blocking()).at ?? undefined);
    const { pids, end } = await chain();
    replica.putForward(60_000);
    const now = await until(async () => {
      const answer = await blocking();
      return answer.blocked === 4 ? answer : undefined;
    });
    const [sleeper] = pids;
    expect(now).toMatchObject({ depth: 4, roots: [sleeper], incidentsTotal: 1 });
    expect(now.sessions.map(({ pid }) => pid)).toEqual(pids);
    expect(now.incidents).toMatchObject([{ rootPid: sleeper, ongoing: true, mostBlocked: 4, deepest: 4 }]);
    await end();
    // Looks are a minute apart here, and a second in trouble.
    const after = await until(async () => {
      const answer = await blocking();
      return answer.blocked === 0 && answer.incidents[0]?.ongoing === false ? answer : undefined;
    });
    expect(after).toMatchObject({ depth: 0, roots: [], sessions: [], locks: [] });
    const past = after.incidents.find(({ rootPid }) => rootPid === sleeper);
    expect(past).toMatchObject({ state: 'idle in transaction', mostBlocked: 4, deepest: 4, ongoing: false });
    const then = await store.call(new ShowBlocking(), showBlocking, { ...ask, at: now.at as string }, orgId);
    expect(then.roots).toEqual([sleeper]);

    const waits = await store.call(new ShowWaits(), showWaits, ask, orgId);
    expect(waits.sessions).toBeGreaterThan(0);
    expect(waits.waits).toContainEqual(
      expect.objectContaining({ state: 'active', waitType: 'Lock', waitEvent: 'relation' }),
    );
    expect(waits.series.length).toBeGreaterThan(0);
    expect(waits.statements[0]?.waits.length).toBeGreaterThan(0);
    const activity = await store.call(new ShowActivity(), showActivity, { serverId, at: now.at as string }, orgId);
    expect(activity.sessions.find(({ pid }) => pid === sleeper)?.state).toBe('idle in transaction');
    expect(await store.dump()).not.toContain('S3CR3T');
  });
});
