import { until } from '@tidegate/testing/until';
import pg from 'pg';
import { useServer } from '../../test/fixture.ts';
import { ALL_VERSIONS, pidOf } from '../../test/postgres-server.ts';
import { watch } from '../../test/watched.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { type Instance, readInstance } from '../kernel/instance/instance.queries.ts';
import { Scrubber } from '../kernel/scrubbing/scrubber.ts';
import { type ActivitySnapshot, readActivity } from './activity.queries.ts';

describe.each(ALL_VERSIONS)('activity of a real server ($name)', (binaries) => {
  const server = useServer(binaries);
  let connection: ServerConnection;
  let instance: Instance;
  const scrubber = new Scrubber();

  beforeAll(async () => {
    connection = await watch(server);
    instance = await readInstance(connection);
  });
  afterAll(() => scrubber.close());

  const snapshot = () => readActivity(connection, instance, scrubber);
  const session = (seen: ActivitySnapshot, client: pg.Client) => seen.sessions.find(({ pid }) => pid === pidOf(client));

  test('counts all sessions and lists those that do something, without constants', async () => {
    const [idle, open, busy] = [await server.client(), await server.client(), await server.client()];
    await idle.query("select 'S3CR3T'");
    await open.query('begin');
    await open.query("select 'S3CR3T' as done");
    const sleeping = busy.query("select pg_sleep(600), 'S3CR3T' -- S3CR3T").catch(() => undefined);
    const seen = await until(async () => {
      const now = await snapshot();
      return session(now, busy)?.state === 'active' ? now : undefined;
    });
    expect(seen).toMatchObject({ total: 3, active: 1, idle: 1, idleInTransaction: 1, waiting: 0, busy: 2 });
    expect(seen.longestTransactionUs).toBeGreaterThan(0);
    expect(seen.groups.reduce((sum, group) => sum + group.sessions, 0)).toBe(3);
    expect(session(seen, idle)).toBeUndefined();
    expect(session(seen, busy)).toMatchObject({
      database: 'postgres',
      role: 'postgres',
      text: 'select pg_sleep($1), $2',
    });
    expect(session(seen, open)).toMatchObject({ state: 'idle in transaction', querySeconds: null });
    expect(JSON.stringify(seen)).not.toContain('S3CR3T');
    await server.sql(`select pg_cancel_backend(${pidOf(busy)})`);
    await sleeping;
    for (const client of [idle, open, busy]) await client.end();
  });

  test('a sender to a standby is not load of clients: it is counted apart', async () => {
    const sender = new pg.Client({
      ...{ host: server.host, port: server.port, user: server.user, password: server.password, database: 'postgres' },
      ...({ replication: 'database' } as object),
    });
    await sender.connect();
    const sending = sender.query('select pg_sleep(600)').catch(() => undefined);
    const seen = await until(async () => {
      const now = await snapshot();
      return session(now, sender)?.state === 'active' ? now : undefined;
    });
    expect(session(seen, sender)?.backend).toBe('walsender');
    expect(seen).toMatchObject({
      total: 0,
      active: 0,
      idle: 0,
      idleInTransaction: 0,
      waiting: 0,
      others: 1,
      waits: [],
    });
    expect(seen.groups).toEqual([expect.objectContaining({ backend: 'walsender', state: 'active', sessions: 1 })]);
    await server.sql(`select pg_cancel_backend(${pidOf(sender)})`);
    await sending;
    await sender.end();
  });

  test('says who waits for whom', async () => {
    await server.sql('create table locked (id int)');
    const [holder, waiter] = [await server.client(), await server.client()];
    await holder.query('begin; lock table locked');
    const waiting = waiter.query('select * from locked').catch(() => undefined);
    const seen = await until(async () => {
      const now = await snapshot();
      return now.waiting === 1 ? now : undefined;
    });
    expect(session(seen, waiter)).toMatchObject({ waitType: 'Lock', waitEvent: 'relation' });
    expect(session(seen, waiter)?.blockedBy).toEqual([pidOf(holder)]);
    await holder.query('rollback');
    await waiting;
    for (const client of [holder, waiter]) await client.end();
  });
});
