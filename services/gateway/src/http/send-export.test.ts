import { request } from 'node:http';
import { EXPORTED } from '@tidegate/contracts/exported';
import { beginExport, endExport } from '@tidegate/contracts/identity/exports';
import { exports } from '@tidegate/contracts/kernel/exported';
import type { StoringService } from '@tidegate/contracts/kernel/service-names';
import { newId } from '@tidegate/database/ids';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
});
afterAll(() => world.stop());
beforeEach(() => world.neighbours.reset());

const PATH = '/api/v1/organisation/export';
const bearer = async () => {
  const token = await world.accounts.accessToken(world.accounts.newSession(newId()));
  return { authorization: `Bearer ${token}` };
};

test('whoever leaves while an export begins takes no place with them: the next one is served', async () => {
  for (const service of Object.keys(EXPORTED) as StoringService[]) {
    world.neighbours.on(exports[service], () => ({ items: [], next: null }));
  }
  const [begun, ended] = [new Set<string>(), new Set<string>()];
  const left = Promise.withResolvers<void>();
  world.neighbours.on(endExport, ({ exportId }) => {
    ended.add(exportId);
    return {};
  });
  world.neighbours.on(beginExport, async ({ exportId }) => {
    begun.add(exportId);
    await left.promise;
    return { name: 'Ours' };
  });
  // As many as run at a time.
  const asked = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const one = request(world.url + PATH, { headers: await bearer(), agent: false });
      one.on('error', () => {});
      one.end();
      return one;
    }),
  );
  await until(() => begun.size === 4);
  const closed = asked.map((one) => new Promise((resolve) => one.once('close', resolve)));
  for (const one of asked) one.destroy();
  await Promise.all(closed);
  // The server has seen them leave: it serves another one on a connection that was opened later.
  await world.rest.get('/health/live');
  left.resolve();
  await until(() => ended.size === 4);
  expect(ended).toEqual(begun);
  const whole = await fetch(world.url + PATH, { headers: await bearer() });
  expect(whole.status).toBe(200);
  expect((await whole.text()).trim().split('\n').at(-1)).toBe('{"kind":"end","data":{"lines":0}}');
});
