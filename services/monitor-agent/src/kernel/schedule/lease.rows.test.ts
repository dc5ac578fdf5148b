import { newId } from '@tidegate/database/ids';
import { useStore } from '../../../test/fixture.ts';
import {
  announceChange,
  claimLeases,
  createLease,
  LeaseLost,
  provePossession,
  releaseLeases,
  renewLeases,
  shortenLeases,
} from './lease.rows.ts';

const store = useStore();
beforeEach(() => store.releaseServers());

const orgId = newId();
const add = async (count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, () => newId());
  for (const id of ids) await store.tenants.run(orgId, (tx) => createLease(tx, id));
  return ids;
};
const claim = (holder: string, most = 100) =>
  store.tenants.system('collect', (tx) => claimLeases(tx, holder, most, 15));
const expire = () => store.server.sql("update monitor_agent.server_leases set expires_at = now() - interval '1 s'");

test('replicas that claim at the same time get different servers, and all are claimed', async () => {
  const ids = await add(60);
  const claimed = (await Promise.all(['a', 'b', 'c', 'd'].map((holder) => claim(holder, 15)))).flat();
  const rest = await claim('e');
  expect(new Set([...claimed, ...rest].map((lease) => lease.serverId))).toEqual(new Set(ids));
  expect(claimed.length + rest.length).toBe(60);
});

test('a lease is taken over only after it expired, and then the old holder can prove nothing', async () => {
  const [serverId = ''] = await add(1);
  const [first] = await claim('a');
  if (!first) throw new Error('not claimed');
  expect(await claim('b')).toEqual([]);
  await store.tenants.run(orgId, (tx) => provePossession(tx, first));
  await expire();
  await expect(store.tenants.run(orgId, (tx) => provePossession(tx, first))).rejects.toThrow(LeaseLost);
  const [second] = await claim('b');
  expect(second).toMatchObject({ serverId, orgId, fence: first.fence + 1 });
  await expect(store.tenants.run(orgId, (tx) => provePossession(tx, first))).rejects.toThrow(LeaseLost);
  expect(await store.tenants.system('collect', (tx) => renewLeases(tx, 'a', [serverId], 15))).toEqual([]);
});

test('nobody takes over while the holder is writing', async () => {
  await add(1);
  const [lease] = await claim('a');
  if (!lease) throw new Error('not claimed');
  const other = await store.server.client();
  await other.query("set lock_timeout = '200ms'");
  const takeOver = () => other.query('update monitor_agent.server_leases set fence = fence + 1');
  await store.tenants.run(orgId, async (tx) => {
    await provePossession(tx, lease);
    await expect(takeOver()).rejects.toMatchObject({ code: '55P03' });
  });
  await takeOver();
  await other.end();
});

test('pausing and changing reach the holder with its next renewal; a paused server is not claimed', async () => {
  const [one = '', two = ''] = await add(2);
  await claim('a');
  await store.tenants.run(orgId, (tx) => announceChange(tx, one, true));
  await store.tenants.run(orgId, (tx) => announceChange(tx, two, false));
  const renewed = await store.tenants.system('collect', (tx) => renewLeases(tx, 'a', [one, two], 15));
  expect(renewed.map(({ serverId, revision }) => ({ serverId, revision }))).toEqual([{ serverId: two, revision: 2 }]);
  await expire();
  expect((await claim('b')).map(({ serverId }) => serverId)).toEqual([two]);
});

test('a holder that stops lets others take over at once', async () => {
  const ids = await add(3);
  await claim('a');
  await store.tenants.system('collect', (tx) => releaseLeases(tx, 'a', ids));
  expect(await claim('b')).toHaveLength(3);
});

test('a long term of a holder that died keeps nobody waiting longer than a short one', async () => {
  const [one = '', two = ''] = await add(2);
  await claim('dead', 1);
  await claim('alive');
  const remaining = async () =>
    (
      await store.server.sql<{ seconds: number }>(
        `select extract(epoch from expires_at - now())::float8 as seconds from monitor_agent.server_leases order by seconds`,
      )
    ).map(({ seconds }) => seconds);
  const system = store.tenants.system.bind(store.tenants);
  await system('collect', (tx) => renewLeases(tx, 'dead', [one, two], 90));
  await system('collect', (tx) => renewLeases(tx, 'alive', [one, two], 90));
  expect((await remaining()).every((seconds) => seconds > 30)).toBe(true);
  await system('collect', (tx) => shortenLeases(tx, 'alive', 15));
  const [short = 99, long = 0] = await remaining();
  expect(short).toBeLessThanOrEqual(15);
  expect(long).toBeGreaterThan(30);
});
