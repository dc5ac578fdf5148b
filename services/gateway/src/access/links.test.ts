import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { getServer, updateServer } from '@tidegate/contracts/monitor-agent/server';
import { newId } from '@tidegate/database/ids';
import { GatewayWorld } from '../../test/fixture.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
});

const orgId = newId();
const serverId = newId();
const linked = () =>
  world.rest.as(world.accounts.newLink(orgId, 'servers:read', { parameter: 'serverId', id: serverId }));

test('a link reads all about its thing, however the address is written, and costs no API call', async () => {
  const before = world.neighbours.count(getServer);
  const link = linked();
  for (const path of [serverId, serverId.toUpperCase(), `${serverId}/overview`]) {
    expect((await link.get(`/api/v1/servers/${path}`)).status).toBe(200);
  }
  expect(world.neighbours.count(getServer)).toBe(before + 2);
  expect(world.neighbours.count(showOverview)).toBe(1);
  expect(world.quota.leases.size).toBe(0);
});

test('a link reads nothing else, changes nothing, and opens no stream', async () => {
  const link = linked();
  const refused = { status: 403, body: { code: 'forbidden' } };
  const other = `/api/v1/servers/${newId()}`;
  for (const path of [
    '/api/v1/servers',
    other,
    `${other}/overview`,
    '/api/v1/bots',
    '/api/v1/me',
    '/api/v1/api-keys',
  ]) {
    expect({ path, ...(await link.get(path)) }).toMatchObject({ path, ...refused });
  }
  expect(await link.get(`${other}?serverId=${serverId}`)).toMatchObject(refused);
  expect(await link.send('PATCH', `/api/v1/servers/${serverId}`, { name: 'Mine' })).toMatchObject(refused);
  expect(await link.send('DELETE', `/api/v1/servers/${serverId}`)).toMatchObject(refused);
  expect(await link.get('/api/v1/stream')).toMatchObject(refused);
  expect(world.neighbours.count(updateServer)).toBe(0);
});
