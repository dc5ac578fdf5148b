import { ProblemError } from '@tidegate/contracts/kernel/problem';
import {
  addPlatformServer,
  createServer,
  deleteServer,
  getServer,
  updateServer,
} from '@tidegate/contracts/monitor-agent/server';
import { listServers } from '@tidegate/contracts/monitor-agent/server-list';
import { testNewServer, testServer } from '@tidegate/contracts/monitor-agent/server-test';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { newId } from '@tidegate/database/ids';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { until } from '@tidegate/testing/until';
import { dialer, everything, secrets } from '../../test/collector.ts';
import { FakeServer } from '../../test/fake-server.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { localWakes } from '../../test/store.ts';
import { WATCHER_PASSWORD, watch } from '../../test/watched.ts';
import { ConnectionFailed } from '../kernel/connection/connection-failure.rules.ts';
import { ServerTester } from '../server-test/server-tester.ts';
import { TestNewServer } from '../server-test/test-new-server.ts';
import { TestServer } from '../server-test/test-server.ts';
import { TopStatements } from '../statements/top-statements.ts';
import { AddPlatformServer } from './add-platform-server.ts';
import { CreateServer } from './create-server.ts';
import { DeleteServer } from './delete-server.ts';
import { GetServer } from './get-server.ts';
import { ListServers } from './list-servers.ts';
import { OfferPlatformServer } from './offer-platform-server.ts';
import { PlatformServer } from './platform-server.ts';
import { UpdateServer } from './update-server.ts';

/** No licence limits the servers of the installation. */
const anyNumber = { require: async () => {} } as never;
const store = useStore();
const watched = useServer(FIRST_VERSION);

/** Only loopback is allowed; every other host is refused. */
const guard = {
  check: async (host: string) => {
    if (host === 'nowhere.example.com') throw new ConnectionFailed('host_not_found');
    if (host !== '127.0.0.1' && host !== 'db.example.com') throw new ConnectionFailed('host_not_allowed');
    return { address: '127.0.0.1', loopback: host === '127.0.0.1' };
  },
  trusted: async () => ({ address: '127.0.0.1', loopback: true }),
} as never;
const unlimited = {
  claim: async () => {},
  usable: async () => {},
  removing: (_tx: unknown, remove: () => unknown) => remove(),
} as never;
const platform = new PlatformServer(
  {
    MONITOR_PLATFORM_HOST: '127.0.0.1',
    MONITOR_PLATFORM_PORT: 5432,
    MONITOR_PLATFORM_DATABASE: 'tidegate',
    MONITOR_PLATFORM_USER: 'tidegate_monitor',
    MONITOR_PLATFORM_PASSWORD: 'platform-S3CR3T',
  } as never,
  guard,
  secrets,
  localWakes() as never,
);
const notOffered = new PlatformServer({} as never, guard, secrets, localWakes() as never);
const tester = new ServerTester(dialer(), guard);
const wakes = localWakes() as never;
const handlers = {
  create: new CreateServer(guard, secrets, unlimited, wakes, anyNumber),
  update: new UpdateServer(guard, secrets, wakes, unlimited),
  testNew: new TestNewServer(tester),
  get test() {
    return new TestServer(tester, dialer(), store.tenants, wakes);
  },
};

const fields = (more: object = {}) => ({
  name: `Main ${newId().slice(-6)}`,
  host: '127.0.0.1',
  port: watched.port,
  user: 'watcher',
  password: WATCHER_PASSWORD,
  ...more,
});
const create = (orgId: string, more: object = {}) => store.call(handlers.create, createServer, fields(more), orgId);
const problemOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw new Error('This should have been a problem.', { cause: error });
  return error.toDocument();
};

describe('adding a server', () => {
  test('answers the server without its password, keeps it sealed, says so once', async () => {
    const orgId = newId();
    const server = await create(orgId, { name: 'Main', password: 'canary-P4SSW0RD' });
    expect(server).toMatchObject({
      name: 'Main',
      database: 'postgres',
      tlsMode: 'disable',
      state: 'pending',
      failure: null,
      platform: false,
    });
    expect(JSON.stringify(server)).not.toContain('canary');
    expect(await store.dump()).not.toContain('canary-P4SSW0RD');
    expect((await store.emitted('evt.monitor-agent.server.added')).at(-1)?.body).toEqual({
      serverId: server.id,
      name: 'Main',
    });
    expect(await store.call(new GetServer(), getServer, { serverId: server.id }, orgId)).toEqual(server);
  });

  test('is verified by default, except on this machine', async () => {
    expect(await create(newId(), { host: 'db.example.com' })).toMatchObject({ tlsMode: 'verify-full' });
    expect(await create(newId(), { tlsMode: 'require' })).toMatchObject({ tlsMode: 'require' });
  });

  test('names are unique in an organisation, in any case', async () => {
    const orgId = newId();
    await create(orgId, { name: 'Orders' });
    expect(await problemOf(create(orgId, { name: 'orders' }))).toMatchObject({
      status: 409,
      code: 'server_name_taken',
    });
    await create(newId(), { name: 'Orders' });
  });

  test.each([
    ['a file in the fields', { sslrootcert: '/etc/passwd' }, '/sslrootcert', 'unknown_field'],
    ['a socket', { host: '/var/run/postgresql' }, '/host', 'invalid_format'],
    ['a URL', { host: 'postgres://a:b@c/d' }, '/host', 'invalid_format'],
    ['a port in the host', { host: 'a?port=1' }, '/host', 'invalid_format'],
    ['the metadata service', { host: '169.254.169.254' }, '/host', 'host_not_allowed'],
    ['an unknown name', { host: 'nowhere.example.com' }, '/host', 'host_not_found'],
    ['a port out of range', { port: 70_000 }, '/port', 'too_big'],
    ['an empty password', { password: '' }, '/password', 'too_small'],
    ['a zero byte', { user: 'a\0b' }, '/user', 'invalid_format'],
    ['verify-ca without its authority', { tlsMode: 'verify-ca' }, '/tlsCa', 'tls_ca_needed'],
    ['an authority that is no certificate', { tlsCa: '/etc/ssl/ca.pem' }, '/tlsCa', 'invalid_format'],
  ])('refuses %s and names the field', async (_what, more, field, code) => {
    const problem = await problemOf(create(newId(), more));
    expect(problem).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(problem.errors).toEqual([expect.objectContaining({ field, code })]);
  });
});

describe('changing a server', () => {
  test('a stored password is never sent elsewhere: address, role and protection need it again', async () => {
    const orgId = newId();
    const { id: serverId } = await create(orgId);
    const change = (more: object) => store.call(handlers.update, updateServer, { serverId, ...more }, orgId);
    for (const more of [{ host: 'db.example.com' }, { port: 1 }, { user: 'x' }, { tlsMode: 'require' as const }]) {
      const problem = await problemOf(change(more));
      expect(problem.errors).toEqual([expect.objectContaining({ field: '/password', code: 'password_needed' })]);
    }
    expect(await change({ host: 'db.example.com', password: 'p' })).toMatchObject({ host: 'db.example.com' });
    expect(await change({ name: 'Renamed', database: 'other' })).toMatchObject({ name: 'Renamed', database: 'other' });
  });

  test('verify-ca without its authority is refused here too', async () => {
    const orgId = newId();
    const { id } = await create(orgId);
    const change = { serverId: id, tlsMode: 'verify-ca', password: WATCHER_PASSWORD };
    const problem = await problemOf(store.call(handlers.update, updateServer, change, orgId));
    expect(problem.errors).toEqual([expect.objectContaining({ field: '/tlsCa', code: 'tls_ca_needed' })]);
  });

  test('pausing and resuming', async () => {
    const orgId = newId();
    const { id: serverId } = await create(orgId);
    const change = (more: object) => store.call(handlers.update, updateServer, { serverId, ...more }, orgId);
    expect(await change({ paused: true })).toMatchObject({ state: 'paused' });
    expect(await change({ name: 'Still' })).toMatchObject({ state: 'paused', name: 'Still' });
    expect(await change({ paused: false })).toMatchObject({ state: 'pending' });
  });

  test('a name that another server has is refused', async () => {
    const orgId = newId();
    await create(orgId, { name: 'Taken' });
    const { id: serverId } = await create(orgId);
    const problem = await problemOf(store.call(handlers.update, updateServer, { serverId, name: 'TAKEN' }, orgId));
    expect(problem).toMatchObject({ code: 'server_name_taken' });
  });
});

describe('listing and deleting', () => {
  test('pages by name', async () => {
    const orgId = newId();
    for (const name of ['b', 'A', 'c']) await create(orgId, { name });
    const list = (more: object) => store.call(new ListServers(everything), listServers, { limit: 2, ...more }, orgId);
    const first = await list({});
    expect(first.items.map(({ name }) => name)).toEqual(['A', 'b']);
    const second = await list({ cursor: first.nextCursor });
    expect(second.items.map(({ name }) => name)).toEqual(['c']);
    expect(second.nextCursor).toBeUndefined();
    const garbage = await problemOf(list({ cursor: 'garbage' }));
    expect(garbage.errors).toEqual([expect.objectContaining({ field: '/cursor', code: 'invalid_cursor' })]);
  });

  test('another organisation’s server does not exist, for any operation', async () => {
    const { id: serverId } = await create(newId());
    const outsider = newId();
    const asked = [
      () => store.call(new GetServer(), getServer, { serverId }, outsider),
      () => store.call(handlers.update, updateServer, { serverId, name: 'Mine' }, outsider),
      () => store.call(new DeleteServer(wakes, unlimited), deleteServer, { serverId }, outsider),
      () => store.call(handlers.test, testServer, { serverId }, outsider),
      () => store.call(new TopStatements(store.tenants, store.kept), topStatements, { serverId }, outsider),
    ];
    for (const one of asked) expect(await problemOf(one())).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('deleting takes everything with it and says so', async () => {
    const orgId = newId();
    const { id: serverId, name } = await create(orgId);
    expect(await store.call(new DeleteServer(wakes, unlimited), deleteServer, { serverId }, orgId)).toEqual({});
    expect(await problemOf(store.call(new GetServer(), getServer, { serverId }, orgId))).toMatchObject({ status: 404 });
    expect((await store.emitted('evt.monitor-agent.server.removed')).at(-1)?.body).toEqual({ serverId, name });
    expect(await store.server.sql(`select 1 from monitor_agent.server_leases where server_id = '${serverId}'`)).toEqual(
      [],
    );
  });

  test('an empty or upside-down range is a mistake in its field', async () => {
    const orgId = newId();
    const { id: serverId } = await create(orgId);
    const at = '2026-01-01T00:00:00Z';
    const problem = await problemOf(
      store.call(new TopStatements(store.tenants, store.kept), topStatements, { serverId, from: at, to: at }, orgId),
    );
    expect(problem.errors).toEqual([expect.objectContaining({ field: '/from', code: 'range_empty' })]);
  });
});

describe('testing a connection', () => {
  const testOf = (more: object) => {
    const { name: _name, ...connection } = fields(more);
    return store.call(handlers.testNew, testNewServer, connection, newId());
  };

  test('a good one', async () => {
    expect(await testOf({})).toMatchObject({ ok: true, usable: true, version: expect.stringMatching(/^\d\d\.\d+$/) });
  });

  test.each([
    ['a wrong password', { password: 'canary-wrong' }, 'login', 'password_wrong'],
    ['a host that is not allowed', { host: '10.0.0.1' }, 'reach', 'host_not_allowed'],
    ['an unknown database', { database: 'nope' }, 'login', 'database_not_found'],
    ['TLS that is not there', { tlsMode: 'verify-full' }, 'tls', 'tls_not_supported'],
  ])('%s is a report, not an error', async (_what, more, id, code) => {
    const report = await testOf(more);
    expect(report).toMatchObject({ ok: false, usable: false });
    expect(report.checks.at(-1)).toMatchObject({ id, code, ok: false });
    expect(JSON.stringify(report)).not.toContain('canary');
  });

  test('only so many at once for one organisation', async () => {
    const silent = await FakeServer.start(() => {});
    const orgId = newId();
    const asked = { host: '127.0.0.1', port: silent.port, user: 'watcher', password: 'x' };
    const ask = (org: string) => store.call(handlers.testNew, testNewServer, asked, org);
    const waiting = Array.from({ length: 4 }, () => ask(orgId));
    await until(async () => silent.received.length >= 4, { withinMs: 5_000, what: 'four tests to wait' });
    expect(await problemOf(ask(orgId))).toMatchObject({ status: 429, code: 'rate_limited', retryAfterSeconds: 5 });
    const another = ask(newId());
    await until(async () => silent.received.length >= 5, { withinMs: 5_000, what: 'another organisation’s test' });
    await silent.stop();
    for (const { usable } of await Promise.all([...waiting, another])) expect(usable).toBe(false);
  });

  test('a closed port', async () => {
    const report = await testOf({ port: await freePort() });
    expect(report.checks).toEqual([expect.objectContaining({ id: 'reach', code: 'connection_refused' })]);
  });

  test('a stored server; where the collector has the only connection, what it saw last', async () => {
    await watched.sql(`create role single login password '${WATCHER_PASSWORD}' connection limit 1;
      grant pg_monitor to single`);
    const orgId = newId();
    const { id: serverId } = await create(orgId, { user: 'single' });
    const run = () => store.call(handlers.test, testServer, { serverId }, orgId);
    const before = await run();
    expect(before).toMatchObject({ ok: true });
    await store.server.sql(`update monitor_agent.servers set state = 'ok' where id = '${serverId}'`);
    const collector = await watch(watched, { user: 'single' });
    expect(await run()).toEqual(before);
    await collector.close();
  });
});

describe('the installation’s own database', () => {
  test('is the first organisation’s first server, and nobody else’s', async () => {
    const [first, second] = [newId(), newId()];
    const offer = (orgId: string, data = {}) =>
      store.tenants.run(orgId, (tx) =>
        new OfferPlatformServer(platform).handle({ data, tx, emit: store.outbox.emitter(tx), orgId } as never),
      );
    // Nothing of this installation is watched in a demo.
    await offer(newId(), { demo: true });
    await offer(first);
    await offer(second);
    const list = async (orgId: string) => (await store.call(new ListServers(everything), listServers, {}, orgId)).items;
    expect(await list(first)).toEqual([
      expect.objectContaining({ platform: true, user: 'tidegate_monitor', tlsMode: 'disable' }),
    ]);
    expect(await list(second)).toEqual([]);
    expect(await store.dump()).not.toContain('platform-S3CR3T');
  });

  test('is looked for where the settings say today, not where it was', async () => {
    const orgId = newId();
    const server = await store.call(new AddPlatformServer(platform), addPlatformServer, {}, orgId);
    const today = dialer({
      MONITOR_PLATFORM_HOST: '127.0.0.1',
      MONITOR_PLATFORM_PORT: watched.port,
      MONITOR_PLATFORM_DATABASE: 'postgres',
      MONITOR_PLATFORM_USER: 'watcher',
      MONITOR_PLATFORM_PASSWORD: WATCHER_PASSWORD,
    });
    const handler = new TestServer(new ServerTester(today, guard), today, store.tenants, wakes);
    expect(await store.call(handler, testServer, { serverId: server.id }, orgId)).toMatchObject({ usable: true });
  });

  test('an operator may add it, once; its address cannot be changed', async () => {
    const orgId = newId();
    const add = (handler = new AddPlatformServer(platform)) => store.call(handler, addPlatformServer, {}, orgId);
    expect(await problemOf(add(new AddPlatformServer(notOffered)))).toMatchObject({ code: 'no_platform_database' });
    const server = await add();
    expect(await add()).toEqual(server);
    const change = store.call(
      handlers.update,
      updateServer,
      { serverId: server.id, host: 'db.example.com', password: 'x' },
      orgId,
    );
    expect((await problemOf(change)).errors).toEqual([expect.objectContaining({ code: 'platform_server' })]);
  });
});
