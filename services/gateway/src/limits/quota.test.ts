import { listMarkets } from '@tidegate/contracts/bot-executor/markets';
import {
  featureNotIncluded,
  internalError,
  notFound,
  problemError,
  unavailable,
} from '@tidegate/contracts/kernel/problem';
import { returnLease, takeLease, unknownMeter } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { GatewayWorld } from '../../test/fixture.ts';
import { Quota } from './quota.ts';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_PER_MINUTE: '100000' });
  world.neighbours.on(listMarkets, () => ({ items: [] }));
});
afterAll(() => world.stop());

/** A new organisation with a key that may read bots and a quota of its own. */
function newToken(limit: number | null): string {
  world.quota.limit = limit;
  world.quota.leases.clear();
  world.quota.counted.clear();
  return world.accounts.newKey(newId(), ['bots:read', 'usage:read']);
}
const newKey = (limit: number | null) => world.rest.as(newToken(limit));

const limits = () => ({ sell: () => {}, countPlan: () => {} }) as never;

const statuses = (answers: { status: number }[]) =>
  Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([status, all]) => [status, all.length]));

test.each([1, 10, 50, 200])('exactly as many calls pass as the quota has, %i at once', async (atOnce) => {
  const rest = newKey(100);
  const answers: { status: number }[] = [];
  while (answers.length < 120 + atOnce) {
    answers.push(...(await Promise.all(Array.from({ length: atOnce }, () => rest.get('/api/v1/markets')))));
  }
  expect(statuses(answers)).toEqual({ 200: 100, 429: answers.length - 100 });
  await until(() => world.quota.used() === 100);
  expect(world.quota.used() + world.quota.reserved()).toBeLessThanOrEqual(100);
});

test('200 calls at once on three gateways pass as often as the quota has units, and never once more', async () => {
  const others = await Promise.all([world.anotherGateway(), world.anotherGateway()]);
  const token = newToken(40);
  const gateways = [world.rest, ...others].map((gateway) => gateway.as(token));
  const ask = (at: number) => (gateways[at % gateways.length] as Rest).get('/api/v1/markets');
  const answers = await Promise.all(Array.from({ length: 200 }, (_, at) => ask(at)));
  const { 200: passed = 0 } = statuses(answers);
  expect(passed).toBeLessThanOrEqual(40);
  // What one gateway holds and does not need comes back; after that exactly the quota has passed.
  let all = passed;
  await until(async () => {
    const { 200: more = 0 } = statuses(await Promise.all(Array.from({ length: 30 }, (_, at) => ask(at))));
    all += more;
    return all >= 40;
  });
  expect(all).toBe(40);
  expect(statuses(await Promise.all(Array.from({ length: 30 }, (_, at) => ask(at))))).toEqual({ 429: 30 });
  await until(() => world.quota.used() === 40);
});

test('a refusal says how much, until when, and when to retry', async () => {
  const rest = newKey(0);
  const { status, headers, body } = await rest.get('/api/v1/markets');
  expect(status).toBe(429);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(60_000);
  expect(body).toMatchObject({
    ...{ code: 'quota_exhausted', meter: 'api_calls', limit: 0, upgradeTo: 'pro', addon: { addon: 'calls' } },
    detail: expect.stringContaining('A larger plan, or the add-on More calls allows more.'),
  });
});

test('calls that failed by our fault cost nothing', async () => {
  const rest = newKey(30);
  world.neighbours.on(listMarkets, () => {
    throw unavailable({});
  });
  const failed = await Promise.all(Array.from({ length: 10 }, () => rest.get('/api/v1/markets')));
  expect(statuses(failed)).toEqual({ 503: 10 });
  world.neighbours.on(listMarkets, () => ({ items: [] }));
  const answers = await Promise.all(Array.from({ length: 40 }, () => rest.get('/api/v1/markets')));
  expect(statuses(answers)).toEqual({ 200: 30, 429: 10 });
  await until(() => world.quota.used() === 30);
});

test('while usage hangs, calls pass without waiting for it again, and all are counted afterwards', async () => {
  const rest = newKey(null);
  world.quota.hanging = true;
  expect((await rest.get('/api/v1/markets')).status).toBe(200);
  const before = world.neighbours.count(takeLease);
  const answers = await Promise.all(Array.from({ length: 60 }, () => rest.get('/api/v1/markets')));
  expect(statuses(answers)).toEqual({ 200: 60 });
  // One call at a time checks whether it is back.
  expect(world.neighbours.count(takeLease) - before).toBeLessThanOrEqual(2);
  world.quota.hanging = false;
  await until(() => world.quota.used() === 61);
});

test('an orderly stop reports every call and returns every lease', async () => {
  const rest = newKey(null);
  await Promise.all(Array.from({ length: 57 }, () => rest.get('/api/v1/markets')));
  await world.stopGateway();
  expect(world.quota.used()).toBe(57);
  expect([...world.quota.leases.values()].every(({ returned }) => returned)).toBe(true);
  expect(world.quota.reserved()).toBe(0);
  await world.startGateway();
});

test('while usage is away nobody waits for it, not even an organisation that calls for the first time; one answer ends that', async () => {
  const hung = new Set<string>();
  let away = true;
  const asked = (operation: unknown, _input: unknown, { orgId }: { orgId: string }) => {
    if (operation === returnLease) return Promise.resolve({});
    if (!away)
      return Promise.reject(featureNotIncluded({ feature: 'api_calls', product: null, plan: 'x', upgradeTo: null }));
    if (hung.size === 0) {
      hung.add(orgId);
      return Promise.reject(unavailable({}));
    }
    hung.add(orgId);
    return new Promise(() => {});
  };
  const reports = { count: async () => {}, hold: () => {}, letGo: () => {} } as never;
  const quota = new Quota({ call: asked } as never, reports, limits(), new Log({ service: 'gateway' }), new Metrics());
  const [first, second] = [newId(), newId()];
  await quota.spend(first, 'key');
  // Its own question is never answered.
  expect(await quota.spend(second, 'key')).toEqual({ orgId: second, key: 'key', holding: undefined });
  expect([...hung]).toEqual([first, second]);
  away = false;
  const answer = (orgId: string) =>
    Promise.resolve(quota.spend(orgId, 'key')).then(
      () => 'passed',
      (error) => error.code,
    );
  await until(async () => (await answer(first)) === 'feature_not_included');
  expect(await answer(newId())).toBe('feature_not_included');
});

test('a lease that arrives while the process stops is returned, although no request waits for it', async () => {
  let answer: ((lease: unknown) => void) | undefined;
  const returned: unknown[] = [];
  const asked = (operation: unknown, input: unknown) => {
    if (operation === returnLease) returned.push(returnLease.input.parse(input));
    if (operation === returnLease) return Promise.resolve({});
    if (away) return Promise.reject(unavailable({}));
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  let away = true;
  const bus = { call: asked } as never;
  const quota = new Quota(
    bus,
    { count: async () => {}, hold: () => {}, letGo: () => {} } as never,
    limits(),
    new Log({ service: 'gateway' }),
    new Metrics(),
  );
  const orgId = newId();
  await quota.spend(orgId, 'key');
  away = false;
  // They pass at once, while one lease is requested in the background.
  await until(async () => (await quota.spend(orgId, 'key')) && answer);
  const stopped = quota.onApplicationShutdown();
  const lease = takeLease.output.parse({
    leaseId: newId(),
    meter: 'api_calls',
    granted: 20,
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    limit: 400,
    enforcement: 'hard',
    used: 0,
    reserved: 20,
    resetsAt: new Date(Date.now() + 86_400_000).toISOString(),
    product: null,
    plan: 'free',
    upgradeTo: null,
  });
  answer?.(lease);
  await stopped;
  expect(returned).toEqual([{ leaseId: lease.leaseId, spent: 0 }]);
});

test.each([
  ['is away', unavailable({}), 2],
  ['has a fault', internalError(), 2],
  ['does not know the organisation', notFound(), 2],
  ['says that there is no such meter', problemError(unknownMeter, { meter: 'api_calls', meters: [] }), 2],
])('when usage %s, calls pass, and a second later it is tried again', async (_what, problem, asks) => {
  let asked = 0;
  const call = () => {
    asked += 1;
    return Promise.reject(problem);
  };
  const reports = { hold: () => {}, letGo: () => {} };
  const quota = new Quota(
    { call } as never,
    reports as never,
    limits(),
    new Log({ service: 'gateway' }),
    new Metrics(),
  );
  const orgId = newId();
  expect(await quota.spend(orgId, 'key')).toEqual({ orgId, key: 'key', holding: undefined });
  expect(await quota.spend(orgId, 'key')).toEqual({ orgId, key: 'key', holding: undefined });
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_500);
  await quota.spend(orgId, 'key');
  vi.restoreAllMocks();
  expect(asked).toBe(asks);
});

test('a plan without API calls refuses them, without asking usage for each', async () => {
  const refusal = featureNotIncluded({ feature: 'api_calls', product: null, plan: 'old', upgradeTo: 'pro' });
  let asked = 0;
  const call = () => {
    asked += 1;
    return Promise.reject(refusal);
  };
  const reports = { hold: () => {}, letGo: () => {} };
  const quota = new Quota(
    { call } as never,
    reports as never,
    limits(),
    new Log({ service: 'gateway' }),
    new Metrics(),
  );
  const orgId = newId();
  for (let n = 0; n < 3; n += 1) {
    await expect(quota.spend(orgId, 'key')).rejects.toMatchObject({
      code: 'feature_not_included',
      data: { upgradeTo: 'pro' },
    });
  }
  expect(asked).toBe(1);
});
