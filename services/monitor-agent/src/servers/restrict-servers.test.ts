import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import { createServer, deleteServer, updateServer } from '@tidegate/contracts/monitor-agent/server';
import { listServers } from '@tidegate/contracts/monitor-agent/server-list';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { everything, secrets } from '../../test/collector.ts';
import { useStore } from '../../test/fixture.ts';
import { claimLeases, renewLeases } from '../kernel/schedule/lease.rows.ts';
import { CountThings } from './count-things.ts';
import { CreateServer } from './create-server.ts';
import { DeleteServer } from './delete-server.ts';
import { LicensedServers } from './licensed-servers.ts';
import { ListServers } from './list-servers.ts';
import { RestrictServers } from './restrict-servers.ts';
import { countAllServers } from './server.rows.ts';
import { UpdateServer } from './update-server.ts';

/* Servers over a lowered limit are stored with all that was collected, and nothing more is collected from them. */
/** No licence limits the servers of the installation. */
const anyNumber = { require: async () => {} } as never;
const store = useStore();
const guard = { check: async () => ({ address: '127.0.0.1', loopback: true }) } as never;

function organisation() {
  const orgId = newId();
  let version = 0;
  const of = (grant: FeatureGrant | undefined) =>
    entitlementsOf({ orgId, version, features: { ...(grant && { servers: grant }) } });
  const entitlements = new Entitlements({ call: async () => of({ kind: 'counted', limit: null }) } as never);
  const wakes = store.wakes as never;
  new RestrictServers(entitlements, wakes);
  const handlers = {
    create: new CreateServer(guard, secrets, entitlements, wakes, anyNumber),
    update: new UpdateServer(guard, secrets, wakes, entitlements),
    remove: new DeleteServer(wakes, entitlements),
  };
  return {
    orgId,
    create: async (name: string) => {
      const input = { name, host: '127.0.0.1', user: 'watcher', password: 'x' };
      return (await store.call(handlers.create, createServer, input, orgId)).id;
    },
    update: (serverId: string, change: object) =>
      store.call(handlers.update, updateServer, { serverId, ...change }, orgId),
    remove: (serverId: string) => store.call(handlers.remove, deleteServer, { serverId }, orgId),
    allowed: async (grant: FeatureGrant | undefined, access: 'full' | 'read_only' = 'full') => {
      version += 1;
      const snapshot = of(grant);
      const plans = { main: { ...snapshot.plans['main'], access } } as typeof snapshot.plans;
      await store.tenants.run(orgId, (tx) => entitlements.store(tx, { ...snapshot, plans }));
    },
    restrictions: async () => {
      const { items } = await store.call(new ListServers(everything), listServers, {}, orgId);
      return Object.fromEntries(items.map(({ name, restricted }) => [name, restricted]));
    },
    /** From which a collector would collect now. */
    collected: async () => {
      const claimed = await store.tenants.system('collect', async (tx) => {
        await tx.query("update server_leases set expires_at = '-infinity', holder = null");
        return claimLeases(tx, 'me', 100, 60);
      });
      return claimed.filter((lease) => lease.orgId === orgId).map(({ serverId }) => serverId);
    },
  };
}
const servers = (limit: number | null): FeatureGrant => ({ kind: 'counted', limit });

test('nothing is collected from the newest servers over a lowered limit, also by who collects already, until it rises', async () => {
  const org = organisation();
  const [a, b, c] = [await org.create('a'), await org.create('b'), await org.create('c')];
  expect((await org.collected()).sort()).toEqual([a, b, c].sort());
  await org.allowed(servers(1));
  expect(await org.restrictions()).toEqual({ a: null, b: 'over_limit', c: 'over_limit' });
  // Who holds the leases loses them at the next renewal.
  const kept = await store.tenants.system('collect', (tx) => renewLeases(tx, 'me', [a, b, c], 60));
  expect(kept.map(({ serverId }) => serverId)).toEqual([a]);
  expect(await org.collected()).toEqual([a]);
  await org.allowed(servers(2));
  expect(await org.restrictions()).toEqual({ a: null, b: null, c: 'over_limit' });
  expect((await org.collected()).sort()).toEqual([a, b].sort());
});

test('a restricted server can be paused and deleted, and not be changed; the next one takes its place', async () => {
  const org = organisation();
  const [a, b] = [await org.create('a'), await org.create('b')];
  await org.allowed(servers(1));
  const refused = { code: 'plan_limit_reached', data: { feature: 'servers', limit: 1, used: 2 } };
  await expect(org.update(b, { name: 'mine' })).rejects.toMatchObject(refused);
  await expect(org.update(b, { paused: false })).rejects.toMatchObject(refused);
  await expect(org.update(b, { paused: true, name: 'mine' })).rejects.toMatchObject(refused);
  expect(await org.update(b, { paused: true })).toMatchObject({ state: 'paused', restricted: 'over_limit' });
  await org.remove(a);
  expect(await org.restrictions()).toEqual({ b: null });
  // Its owner had paused it, and it stays so.
  expect(await org.collected()).toEqual([]);
  await org.update(b, { paused: false });
  expect(await org.collected()).toEqual([b]);
});

test.each([
  ['a plan without servers', undefined, 'full', 'not_included'],
  ['a feature of another kind', { kind: 'static', value: 9 } as const, 'full', 'not_included'],
  ['a read-only product', servers(9), 'read_only', 'read_only'],
] as const)('%s: nothing is collected, and it goes on by itself', async (_, grant, access, why) => {
  const org = organisation();
  const a = await org.create('a');
  await org.allowed(grant, access);
  expect(await org.restrictions()).toEqual({ a: why });
  expect(await org.collected()).toEqual([]);
  await org.allowed(servers(1));
  expect(await org.collected()).toEqual([a]);
});

test('billing is told in advance which would be restricted, the newest first', async () => {
  const org = organisation();
  const [, b, c] = [await org.create('a'), await org.create('b'), await org.create('c')];
  const limits = { servers: 1, bots: 0 };
  const named = await store.tenants.run(org.orgId, (tx) => new CountThings().name({ input: { limits }, tx } as never));
  expect(named).toEqual({
    servers: [
      { id: c, name: 'c' },
      { id: b, name: 'b' },
    ],
  });
});

test('a licence limits the servers of all organisations together, also when they are added at once; more that exist go on', async () => {
  const before = await store.tenants.system('licence', countAllServers);
  const licence = { standing: () => ({ servers: before + 2 }) } as never;
  const log = { error: vi.fn() };
  const licensed = new LicensedServers(store.tenants, log as never, licence);
  const free = { claim: async () => {} } as never;
  const create = new CreateServer(guard, secrets, free, store.wakes as never, licensed);
  const added = await Promise.allSettled(
    Array.from({ length: 6 }, () =>
      store.call(create, createServer, { name: 'a', host: '127.0.0.1', user: 'watcher', password: 'x' }, newId()),
    ),
  );
  expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  for (const one of added)
    if (one.status === 'rejected')
      expect(one.reason).toMatchObject({
        code: 'plan_limit_reached',
        data: { feature: 'licensed_servers', limit: before + 2, used: before + 2 },
      });
  await licensed.onApplicationBootstrap();
  expect(log.error).not.toHaveBeenCalled();
  const smaller = new LicensedServers(store.tenants, log as never, { standing: () => ({ servers: before }) } as never);
  await smaller.onApplicationBootstrap();
  expect(log.error).toHaveBeenCalledWith({ limit: before, used: before + 2 }, expect.stringContaining('licence'));
});
