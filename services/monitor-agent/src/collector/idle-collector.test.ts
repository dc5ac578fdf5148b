import { until } from '@tidegate/testing/until';
import { addServer, Replica, snapshotAt } from '../../test/collector.ts';
import { useServer, useStore } from '../../test/fixture.ts';
import { FIRST_VERSION } from '../../test/postgres-server.ts';
import { COLLECT_SERVERS } from '../kernel/schedule/lease.rows.ts';
import { CollectServers } from './collect-servers.loop.ts';

const store = useStore();
const server = useServer(FIRST_VERSION);

/** Counts transactions of the collector with its own database; `meanwhile` happens during the first. */
function counting(meanwhile = () => {}) {
  let asked = 0;
  const tools = {
    now: () => Date.now(),
    metrics: { report: () => {} },
    tenants: {
      system: (purpose: string, work: never) => {
        asked += 1;
        if (asked === 1) meanwhile();
        return store.tenants.system(purpose, work);
      },
    },
  };
  const collector = new CollectServers(
    tools as never,
    { MONITOR_MAX_SERVERS: 10, MONITOR_LEASE_SECONDS: 15 } as never,
    store.wakes as never,
  );
  return { turn: () => collector.turn({ signal: new AbortController().signal }), asked: () => asked };
}

test('without servers nothing is queried until the loop is woken', async () => {
  const { turn, asked } = counting();
  expect(await turn()).toBeGreaterThan(20_000);
  await turn();
  await turn();
  expect(asked()).toBe(1);
  store.wakes.wake(COLLECT_SERVERS);
  await turn();
  expect(asked()).toBe(2);
});

test('a server that is added during a turn is claimed after it', async () => {
  const { turn, asked } = counting(() => store.wakes.wake(COLLECT_SERVERS));
  await turn();
  expect(asked()).toBe(1);
  await turn();
  expect(asked()).toBe(2);
});

test('another replica’s servers are claimed when their leases expire', async () => {
  const replica = new Replica(store);
  const { serverId } = await addServer(store, server);
  await replica.turnUntil(async () => (await snapshotAt(store, serverId)) !== undefined);
  const { turn, asked } = counting();
  const wait = (await turn()) as number;
  // A lease lasts 15 seconds from its last renewal on.
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(15_000);
  await turn();
  expect(asked()).toBe(1);
  await replica.stop();
});

test('a replica that is alone renews rarely, for long; a new one takes over from a dead one within a short term', async () => {
  const first = new Replica(store);
  const { serverId } = await addServer(store, server);
  await first.turnUntil(async () => (await snapshotAt(store, serverId)) !== undefined);
  // Nobody was heard meanwhile.
  first.putForward(80_000);
  await first.turn();
  const left = async () => {
    const [row] = await store.server.sql<{ seconds: number }>(
      `select extract(epoch from expires_at - now())::float8 as seconds from monitor_agent.server_leases
        where server_id = '${serverId}'`,
    );
    return row?.seconds ?? 0;
  };
  expect(await left()).toBeGreaterThan(60);
  // Nobody is notified when it dies.
  await first.freeze();
  const { turn } = counting();
  const wait = (await turn()) as number;
  expect(await left()).toBeLessThanOrEqual(15);
  expect(wait).toBeLessThanOrEqual(15_000);
  // Had it lived, it would have renewed at once, for a short term.
  await first.turn();
  expect(await left()).toBeGreaterThan(10);
  expect(await left()).toBeLessThanOrEqual(15);
  await first.stop();
});

test('a waiting collector claims a new server at once', async () => {
  const replica = new Replica(store);
  await replica.turn();
  replica.start();
  const { serverId } = await addServer(store, server);
  await until(async () => (await snapshotAt(store, serverId)) !== undefined, { withinMs: 15_000, what: 'a snapshot' });
  await replica.stop();
});
