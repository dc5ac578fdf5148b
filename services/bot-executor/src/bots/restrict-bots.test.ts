import type { FeatureGrant } from '@tidegate/contracts/billing/features';
import { listBots } from '@tidegate/contracts/bot-executor/bot-lists';
import { createBot, deleteBot, getBot, startBot, stopBot, updateBot } from '@tidegate/contracts/bot-executor/bots';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import { entitlementsOf } from '@tidegate/testing/entitlements';
import { MINUTES_5, settingsA } from '../../test/markets.ts';
import { martingaleSettings, warmedUp } from '../../test/martingale.ts';
import { openService, type Service } from '../../test/service.ts';
import { saveImported } from '../candles/candle.rows.ts';
import type { CandleTicks } from '../kernel/candle-series.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { writeState } from '../strategies/stored-state.rules.ts';

/* What there is more of than the plan allows is stored, opens nothing, and goes on when the plan allows it again. */
let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

const PLAIN = settingsA('long', { baseOrder: '100', averagingOrders: { count: 0, size: '100' } });
const MARKET = knownMarket('BTC-USDT');
const candle = (index: number, high: bigint): CandleTicks => {
  const open = 5_000_000n;
  return { at: index * MINUTES_5, open, high, low: open, close: open };
};
/** Each is a trade: it begins at the open and ends at the high. */
const swings = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => candle(from + i, 5_100_000n));
/** A trade begins at the first and stays open. */
const flat = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => candle(from + i, 5_000_000n));

const bots = (limit: number | null): FeatureGrant => ({ kind: 'counted', limit });

function organisation(orgId = newId()) {
  const who = { orgId, userId: newId() };
  let version = 1;
  const run = async () => {
    const runner = service.runner();
    while ((await runner.turn({ signal: new AbortController().signal })) === 'again');
  };
  return {
    orgId,
    run,
    /** Billing says what the organisation may do from now on. */
    allowed: async (grant: FeatureGrant | undefined, access: 'full' | 'read_only' = 'full') => {
      version += 1;
      const snapshot = entitlementsOf({ orgId, version, features: { ...(grant && { bots: grant }) } });
      const main = { ...snapshot.plans['main'], access };
      const plans = { main } as typeof snapshot.plans;
      await service.tenants.run(orgId, (tx) => service.entitlements.store(tx, { ...snapshot, plans }));
      await run();
    },
    begin: (candles: CandleTicks[]) => service.startBot(PLAIN, candles, orgId),
    comes: async (candles: CandleTicks[]) => {
      await service.tenants.run(orgId, (tx) => saveImported(tx, MARKET, '5m', candles));
      await service.tenants.as({}, (tx) =>
        tx.query('update bot_leases set due_at = now() where org_id = $1 and isfinite(due_at)', [orgId]),
      );
      await run();
    },
    get: (botId: string) => service.call(getBot, { botId }, who),
    call: <Op extends Operation>(operation: Op, input: unknown) => service.call(operation, input as never, who),
    restrictions: async () =>
      (await service.call(listBots, {}, who)).items.map(({ restricted }) => restricted).reverse(),
  };
}

test('the newest bots over a lowered limit open no trades, are refused by name, and go on from then when it rises', async () => {
  const org = organisation();
  const [first, second] = [await org.begin(swings(0, 2)), await org.begin(swings(0, 2))];
  await org.run();
  await org.allowed(bots(1));
  expect(await org.restrictions()).toEqual([null, 'over_limit']);
  await org.comes(swings(2, 6));
  expect(await org.get(first.id)).toMatchObject({ status: 'running', closedTrades: 6 });
  expect(await org.get(second.id)).toMatchObject({ status: 'running', closedTrades: 2, restricted: 'over_limit' });
  const refused = { code: 'plan_limit_reached', data: { feature: 'bots', limit: 1, used: 2 } };
  await expect(org.call(updateBot, { botId: second.id, name: 'x' })).rejects.toMatchObject(refused);
  await org.call(stopBot, { botId: second.id });
  await expect(org.call(startBot, { botId: second.id })).rejects.toMatchObject(refused);
  await org.allowed(bots(2));
  expect(await org.restrictions()).toEqual([null, null]);
  await org.call(startBot, { botId: second.id });
});

test('a bot that rested goes on by itself, and does not trade what came while it rested', async () => {
  const org = organisation();
  const one = await org.begin(swings(0, 2));
  await org.run();
  await org.allowed(bots(0));
  await org.comes(swings(2, 6));
  await org.allowed(bots(1));
  expect(await org.get(one.id)).toMatchObject({ status: 'running', closedTrades: 2, resumed: { mode: 'fromNow' } });
  await org.comes(swings(6, 8));
  expect(await org.get(one.id)).toMatchObject({ status: 'running', closedTrades: 4, restricted: null });
});

test.each([
  ['over the limit', bots(0), 'full', 'over_limit'],
  ['not included', undefined, 'full', 'not_included'],
  ['of another kind than code depends on', { kind: 'boolean', value: true } as const, 'full', 'not_included'],
  ['read-only', bots(5), 'read_only', 'read_only'],
] as const)(
  'an open trade is managed to its exit when bots are %s, and no other one begins',
  async (_, grant, access, why) => {
    const org = organisation();
    const one = await org.begin(flat(0, 2));
    await org.run();
    expect((await org.get(one.id)).openTradeId).not.toBeNull();
    await org.allowed(grant, access);
    expect(await org.get(one.id)).toMatchObject({ restricted: why, closedTrades: 0 });
    await org.comes(swings(2, 6));
    expect(await org.get(one.id)).toMatchObject({ status: 'running', closedTrades: 1, openTradeId: null });
    // Nobody looks at it any more.
    const due = await service.tenants.as({}, (tx) =>
      tx.one("select 1 from bot_leases where bot_id = $1 and due_at < 'infinity'", [one.id]),
    );
    expect(due).toBeUndefined();
  },
);

test.each(['plan', 'halt'] as const)(
  'an order that waits when a bot no longer trades (%s) is taken back and begins no trade in the meantime',
  async (why) => {
    const org = organisation();
    const at = (index: number, price = 3_998n): CandleTicks => {
      return { at: index * MINUTES_5, open: price, high: price, low: price, close: price };
    };
    const settings = martingaleSettings();
    const { id } = await service.startBot(settings, [at(0, 3_999n)], org.orgId);
    const change = (sql: string, ...values: unknown[]) =>
      service.tenants.run(org.orgId, (tx) => tx.query<{ status: string }>(sql, [id, ...values]));
    await change('update bots set state = $2 where id = $1', writeState(warmedUp('long'), MARKET));
    await org.run();
    const orders = () => change('select status from orders where bot_id = $1 order by placed_at, id');
    expect(await orders()).toEqual([{ status: 'open' }]);

    if (why === 'plan') await org.allowed(bots(0));
    else await change("update bots set status = 'halted' where id = $1");
    if (why === 'halt') await change("update bot_leases set due_at = 'infinity' where bot_id = $1");
    else expect(await orders()).toEqual([{ status: 'cancelled' }]);
    await org.comes(Array.from({ length: 40 }, (_, i) => at(1 + i)));
    if (why === 'plan') await org.allowed(bots(1));
    else await org.call(startBot, { botId: id });
    await org.run();
    const lived = await org.get(id);
    expect(lived).toMatchObject({
      status: 'running',
      openTradeId: null,
      decidedUpTo: new Date(40 * MINUTES_5).toISOString(),
    });
    expect((await service.done({ id, orgId: org.orgId })).fills).toEqual([]);
    expect((await orders())[0]).toEqual({ status: 'cancelled' });
  },
);

test('when an older bot is deleted, the next one takes its place', async () => {
  const org = organisation();
  const made = [await org.begin(swings(0, 1)), await org.begin(swings(0, 1)), await org.begin(swings(0, 1))];
  await org.allowed(bots(2));
  expect(await org.restrictions()).toEqual([null, null, 'over_limit']);
  await org.call(stopBot, { botId: made[0]?.id });
  await org.call(deleteBot, { botId: made[0]?.id });
  expect(await org.restrictions()).toEqual([null, null]);
});

test('an older snapshot that comes late changes nothing', async () => {
  const org = organisation();
  await org.begin(swings(0, 1));
  await org.allowed(bots(0));
  const late = entitlementsOf({ orgId: org.orgId, version: 1, features: { bots: bots(9) } });
  await service.tenants.run(org.orgId, (tx) => service.entitlements.store(tx, late));
  expect(await org.restrictions()).toEqual(['over_limit']);
});

test('a bot is made for real exchanges only by a plan that has them, and for more pairs than it has by none', async () => {
  const org = organisation();
  await service.tenants.run(org.orgId, (tx) => saveImported(tx, MARKET, '5m', swings(0, 2)));
  const make = (mode?: string) =>
    org.call(createBot, {
      name: 'x',
      settings: PLAIN,
      feed: { source: 'imported', interval: '5m' },
      ...(mode && { mode }),
    });
  await expect(make('mainnet')).rejects.toMatchObject({ code: 'feature_not_included', data: { feature: 'mainnet' } });
  await expect(make('testnet')).rejects.toMatchObject({ code: 'mode_not_available' });
  expect(await make()).toMatchObject({ mode: 'paper', restricted: null });
  const rich = organisation();
  service.neighbours.features.set(rich.orgId, {
    mainnet: { kind: 'boolean', value: true },
    pairs_per_bot: { kind: 'counted', limit: 0 },
  });
  await service.tenants.run(rich.orgId, (tx) => saveImported(tx, MARKET, '5m', swings(0, 2)));
  const input = { name: 'x', settings: PLAIN, feed: { source: 'imported', interval: '5m' } };
  await expect(rich.call(createBot, { ...input, mode: 'mainnet' })).rejects.toMatchObject({
    code: 'mode_not_available',
  });
  await expect(rich.call(createBot, input)).rejects.toMatchObject({
    code: 'plan_limit_reached',
    data: { feature: 'pairs_per_bot', limit: 0 },
  });
});
