import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import { takeLease } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import type { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';

/* What plans allow in a minute: usage lends no more of it, to all gateways together. */
let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_PER_MINUTE: '100', RATE_LIMIT_NETWORK_PER_MINUTE: '1000000' });
  world.neighbours.on(listMarkets, () => ({ items: [] }));
});
afterEach(() => {
  world.quota.perMinute = null;
  world.quota.limit = null;
});
afterAll(() => world.stop());

function customer(perMinute: number | null) {
  world.quota.perMinute = perMinute;
  world.quota.minute = { lent: 0, endsAt: 0 };
  world.quota.leases.clear();
  world.quota.counted.clear();
  const orgId = newId();
  const token = world.accounts.newKey(orgId, ['bots:read']);
  return { orgId, token, rest: world.rest.as(token) };
}
const ask = (rest: Rest) => rest.get('/api/v1/markets');
const askAll = (rest: Rest, times: number) => Promise.all(Array.from({ length: times }, () => ask(rest)));
const passed = (answers: { status: number }[]) => answers.filter(({ status }) => status === 200).length;

test('as many calls pass in a minute as the plan allows, and a refusal says when the next begin', async () => {
  const { rest } = customer(40);
  const answers = await askAll(rest, 60);
  expect(passed(answers)).toBe(40);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body).toMatchObject({
    code: 'rate_limited',
    detail: expect.stringMatching(/40 API calls a minute.*A larger plan, or the add-on Rush allows more\.$/),
    product: 'main',
    upgradeTo: 'fast',
    addon: { addon: 'rush' },
  });
  const seconds = Number(refused?.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(refused?.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+, "plan";r=0;t=\d+$/);
  // The next minute.
  world.quota.minute.endsAt = 0;
  await until(async () => (await ask(rest)).status === 200);
});

test('every answer says what is left, and plans that name no rate say nothing', async () => {
  const { rest } = customer(40);
  const first = await ask(rest);
  expect(first.headers.get('ratelimit-policy')).toBe('"default";q=100;w=60, "plan";q=40;w=60');
  expect(first.headers.get('ratelimit')).toMatch(/"plan";r=39;t=\d+$/);
  const unlimited = customer(null).rest;
  expect((await ask(unlimited)).headers.get('ratelimit-policy')).toBe('"default";q=100;w=60');
});

test('three gateways share it: never once more', async () => {
  const others = await Promise.all([world.anotherGateway(), world.anotherGateway()]);
  const { token } = customer(60);
  const gateways = [world.rest, ...others].map((gateway) => gateway.as(token));
  const answers = await Promise.all(Array.from({ length: 150 }, (_, at) => ask(gateways[at % 3] as Rest)));
  expect(passed(answers)).toBeLessThanOrEqual(60);
  expect(passed(answers)).toBeGreaterThanOrEqual(45);
});

test('few calls are asked for, and none while the minute is used up', async () => {
  const { rest } = customer(60);
  const before = world.neighbours.count(takeLease);
  for (let call = 0; call < 60; call += 1) expect((await ask(rest)).status).toBe(200);
  const asked = world.neighbours.count(takeLease) - before;
  expect(asked).toBeLessThanOrEqual(15);
  await askAll(rest, 30);
  expect(world.neighbours.count(takeLease) - before).toBeLessThanOrEqual(asked + 3);
});

test('a larger plan holds at once for who was refused, and a smaller one for who held more', async () => {
  const { rest, orgId } = customer(20);
  const changeTo = (perMinute: number) => {
    world.quota.perMinute = perMinute;
    world.nc.publish(`live.${orgId}.entitlements`, '{"version":2}');
  };
  expect(passed(await askAll(rest, 40))).toBe(20);
  changeTo(80);
  await until(async () => (await ask(rest)).status === 200, { withinMs: 1_000 });
  expect((await ask(rest)).headers.get('ratelimit-policy')).toContain('"plan";q=80;w=60');
  changeTo(10);
  await until(async () => (await ask(rest)).status === 429, { withinMs: 1_000 });
});

test('what is sold is not refused by the limit of the installation for one key', async () => {
  const { rest } = customer(400);
  expect(passed(await askAll(rest, 100))).toBe(100);
  expect(passed(await askAll(rest, 400))).toBe(300);
});

test('a refusal names the limit that applied: what was sold, or what the installation lets one key send', async () => {
  const { rest } = customer(400);
  // Before its first answer the gateway does not know what is sold.
  expect((await ask(rest)).status).toBe(200);
  const of = (answers: Awaited<ReturnType<typeof ask>>[]) => answers.find(({ status }) => status === 429);
  // The window of the installation counts what the plan refused as well, so it ends what goes on beyond it.
  await askAll(rest, 400);
  const sold = of(await askAll(rest, 20));
  expect(sold?.body).toMatchObject({ code: 'rate_limited', detail: expect.stringMatching(/^At most 400 requests a/) });
  expect(sold?.headers.get('ratelimit-policy')).toBe('"default";q=400;w=60');
  expect(sold?.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
  const own = of(await askAll(customer(null).rest, 120));
  expect(own?.body).toMatchObject({ detail: expect.stringMatching(/^At most 100 requests a minute\./) });
  expect(own?.headers.get('ratelimit-policy')).toBe('"default";q=100;w=60');
});

test('used up for the period is said rather than for the minute; people in a browser are never refused', async () => {
  const { rest, orgId } = customer(0);
  world.quota.limit = 0;
  expect((await ask(rest)).body).toMatchObject({ code: 'quota_exhausted' });
  const { rest: another } = customer(0);
  world.quota.limit = null;
  expect((await ask(another)).body).toMatchObject({ code: 'rate_limited' });
  const person = await world.as(world.accounts.newSession(newId(), 'owner'));
  expect((await person.get(`/api/v1/markets`)).status, orgId).toBe(200);
});

test('while usage is away calls pass', async () => {
  const { rest } = customer(1);
  world.quota.hanging = true;
  expect(passed(await askAll(rest, 5))).toBe(5);
  world.quota.hanging = false;
});
