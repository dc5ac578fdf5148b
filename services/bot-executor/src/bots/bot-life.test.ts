import { showLevels } from '@tidegate/contracts/bot-executor/bot-history';
import { deleteBot, getBot, startBot, stopBot, summarizeBot } from '@tidegate/contracts/bot-executor/bots';
import { deleteCandles } from '@tidegate/contracts/bot-executor/candles';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { newId } from '@tidegate/database/ids';
import { MINUTES_5, settingsA } from '../../test/markets.ts';
import { martingaleSettings } from '../../test/martingale.ts';
import { openService, type Service } from '../../test/service.ts';
import { saveImported } from '../candles/candle.rows.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { boundHistory, MAX_LEDGER, MAX_ORDERS } from './bot-history.rows.ts';

let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

test('a bot stores its newest orders and ledger entries; its summary covers all of its history', async () => {
  const settings = settingsA('long', { baseOrder: '100', averagingOrders: { count: 0, size: '100' } });
  // Every candle is a trade: four of each, an order in and one out.
  const swings = Array.from({ length: 800 }, (_, i) => {
    const [open, high] = [5_000_000n, 5_100_000n];
    return { at: i * 300_000, open, high, low: open, close: open };
  });
  const one = await service.startBot(settings, swings);
  const runner = service.runner();
  while ((await runner.turn({ signal: new AbortController().signal })) === 'again');
  const summary = () => service.call(summarizeBot, { botId: one.id }, { ...one, userId: newId() });
  const count = () =>
    service.tenants.run(one.orgId, (tx) =>
      tx.one<Record<string, number>>(
        `select (select count(*)::int from orders) as orders, (select count(*)::int from fills) as fills,
                (select count(*)::int from trades) as trades, (select count(*)::int from ledger) as ledger,
                (select stored_orders from bots) as stored, (select min(number) from trades) as first`,
      ),
    );
  const [before, all] = [await summary(), await count()];
  expect(all).toMatchObject({ orders: 1_600, fills: 1_600, trades: 800, ledger: 3_200, stored: 1_600, first: 1 });

  await service.tenants.run(one.orgId, (tx) => tx.query('update bots set stored_orders = $1', [MAX_ORDERS]));
  const bound = () =>
    service.tenants.run(one.orgId, (tx) => boundHistory(tx, one.id, { placed: 1, sequence: MAX_LEDGER + 800 }));
  await bound();
  expect(await count()).toMatchObject({ orders: 100, fills: 100, trades: 50, ledger: 2_400, first: 751 });
  expect(await summary()).toEqual(before);
  // Below the limit nothing more expires; above it everything closed does, and the sums stay.
  await bound();
  expect(await count()).toMatchObject({ orders: 100, stored: MAX_ORDERS - 1_498 });
  await service.tenants.run(one.orgId, (tx) => tx.query('update bots set stored_orders = $1', [MAX_ORDERS]));
  await bound();
  expect(await count()).toMatchObject({ orders: 0, trades: 0 });
  expect(await summary()).toEqual(before);
});

const PLAIN = settingsA('long', { baseOrder: '100', averagingOrders: { count: 0, size: '100' } });
const MARKET = knownMarket('BTC-USDT');
type One = Awaited<ReturnType<Service['startBot']>>;

/** Each is a trade: it begins at the open and ends at the high. */
const swings = (from: number, to: number): CandleTicks[] =>
  Array.from({ length: to - from }, (_, i) => {
    const [open, high] = [5_000_000n, 5_100_000n];
    return { at: (from + i) * MINUTES_5, open, high, low: open, close: open };
  });
const still = (at: number, price: bigint): CandleTicks => {
  return { at: at * MINUTES_5, open: price, high: price, low: price, close: price };
};

/** A bot, and what a person does with it. */
async function life(settings: BotSettings, candles: CandleTicks[]) {
  const one: One = await service.startBot(settings, candles);
  const who = { orgId: one.orgId, userId: newId() };
  const by = { botId: one.id };
  const run = async () => {
    const runner = service.runner();
    while ((await runner.turn({ signal: new AbortController().signal })) === 'again');
  };
  await run();
  return {
    run,
    get: () => service.call(getBot, by, who),
    start: async (resume?: 'fromNow' | 'catchUp') => {
      const answer = await service.call(startBot, { ...by, ...(resume ? { resume } : {}) }, who);
      await run();
      return answer;
    },
    stop: (openTrade: 'close' | 'finish' = 'close') => service.call(stopBot, { ...by, openTrade }, who),
    sum: () => service.call(summarizeBot, by, who),
    levels: () => service.call(showLevels, by, who),
    loseCandles: () => service.call(deleteCandles, { market: 'BTC-USDT', interval: '5m' }, who),
    done: () => service.done(one),
    remove: () => service.call(deleteBot, by, who),
    comes: (more: CandleTicks[]) => service.tenants.run(one.orgId, (tx) => saveImported(tx, MARKET, '5m', more)),
    change: (sql: string, ...values: unknown[]) =>
      service.tenants.run(one.orgId, (tx) => tx.query(sql, [one.id, ...values])),
    events: (name: string) =>
      service.tenants.as({}, (tx) =>
        tx.query('select 1 from outbox where org_id = $1 and subject = $2', [one.orgId, `evt.bot-executor.${name}`]),
      ),
  };
}
const time = (index: number) => new Date(index * MINUTES_5).toISOString();

test('a restarted bot resumes from now: candles of the time in between are not traded, and it reports that', async () => {
  const bot = await life(PLAIN, swings(0, 4));
  expect(await bot.get()).toMatchObject({ closedTrades: 4, resumed: null });
  await bot.stop();
  await bot.comes(swings(4, 10));
  const resumed = { mode: 'fromNow', after: time(9), at: expect.any(String) };
  expect(await bot.start()).toMatchObject({ status: 'running', decidedUpTo: time(9), resumed });
  expect(await bot.get()).toMatchObject({ closedTrades: 4, resumed });
  await bot.comes(swings(10, 12));
  await bot.stop();
  // Stopped before the last two: with `catchUp` it trades them.
  expect(await bot.start('catchUp')).toMatchObject({ resumed: { mode: 'catchUp', after: time(9) } });
  expect(await bot.get()).toMatchObject({ closedTrades: 6, decidedUpTo: time(11) });
});

test('a bot that never ran starts with its first candle; one that was finishing its trade misses no candle', async () => {
  const fresh = await life(PLAIN, swings(0, 2));
  await fresh.stop();
  await fresh.change("update bots set decided_up_to = null, state = '{}', closed_trades = 0 where id = $1");
  expect(await fresh.start()).toMatchObject({ resumed: { mode: 'beginning', after: null } });

  const holding = await life(PLAIN, [still(0, 5_000_000n)]);
  await holding.change("update bots set status = 'stopping' where id = $1");
  await holding.comes(swings(1, 3));
  expect(await holding.start()).toMatchObject({ status: 'running', decidedUpTo: time(0) });
  expect((await holding.get()).closedTrades).toBe(2);
});

test('a strategy that remembers candles is given those that it does not trade', async () => {
  const bot = await life(martingaleSettings(), swings(0, 2));
  await bot.stop();
  await bot.comes(swings(2, 40));
  expect(await bot.start()).toMatchObject({ resumed: { mode: 'fromNow', after: time(39) } });
  expect(await bot.get()).toMatchObject({ decidedUpTo: time(39), openTradeId: null, waiting: { reason: 'noSignal' } });
});

test.each<[string, Partial<typeof PLAIN>, CandleTicks[], string, number]>([
  [
    'its base order is too small',
    { baseOrder: '8' },
    [still(2, 100_000_000n), still(3, 100_000_000n)],
    'belowMinimum',
    2,
  ],
  ['the price is out of its range', { maxPrice: '60000' }, [still(2, 7_000_000n)], 'priceRange', 2],
  ['it has made all its trades', { maxTrades: 2 }, [still(2, 5_000_000n)], 'maxTrades', 1],
  ['it rests', { cooldownSeconds: 900 }, [still(2, 5_000_000n)], 'cooldown', 0],
])('a bot that opens no trade reports why: %s', async (_why, change, more, reason, since) => {
  const bot = await life({ ...PLAIN, ...change }, [...swings(0, 2), ...more]);
  const waiting = { reason, message: expect.any(String), since: time(since) };
  expect(await bot.get()).toMatchObject({ status: 'running', openTradeId: null, waiting });
  await bot.stop();
  expect((await bot.get()).waiting).toBeNull();
});

test.each([
  ['are gone', [], 'running'],
  ['are of another time', [still(0, 2_000_000n)], 'running'],
  ['are gone and it is halted', [], 'halted'],
] as const)('a bot whose candles %s is closed at the last price that it has seen', async (_, others, status) => {
  const bot = await life(PLAIN, [still(1_000, 5_000_000n), still(1_001, 5_000_100n)]);
  await bot.change('update bots set status = $2 where id = $1', status);
  await bot.loseCandles();
  if (others.length > 0) await bot.comes([...others]);
  expect(await bot.sum()).toMatchObject({ openTrade: { lastPrice: '50001' } });
  expect(await bot.levels()).toMatchObject({ lastPrice: '50001' });
  expect(await bot.stop()).toMatchObject({ status: 'stopped', openTradeId: null, decidedUpTo: time(1_001) });
  expect((await bot.done()).fills.map(({ key, price }) => [key, Number(price)])).toEqual([
    [expect.stringContaining('base'), 50_000],
    [expect.stringContaining('close'), 50_001],
  ]);
  await bot.remove();
});

test('an open trade from before prices were stored is closed where it was bought last, if nothing else is known', async () => {
  const bot = await life(PLAIN, [still(1_000, 5_000_000n), still(1_001, 5_000_100n)]);
  await bot.change('update bots set last_price = null where id = $1');
  expect(await bot.levels()).toMatchObject({ lastPrice: '50001' });
  await bot.loseCandles();
  await bot.comes([still(0, 2_000_000n)]);
  expect(await bot.stop()).toMatchObject({ status: 'stopped', openTradeId: null });
  expect((await bot.done()).fills.map(({ price }) => Number(price))).toEqual([50_000, 50_000]);
});

test('a bot that resumes from now shows the price of the candle from which it does', async () => {
  const bot = await life(PLAIN, swings(0, 2));
  await bot.stop();
  await bot.comes([...swings(2, 4), still(4, 6_000_000n)]);
  await bot.start();
  expect(await bot.levels()).toMatchObject({ lastPrice: '60000' });
});

test('a bot that was halted for its refused orders buys again once it is started again', async () => {
  const bot = await life(PLAIN, [still(0, 5_000_000n)]);
  await bot.change(`update bots set status = 'halted', halted = '{"reason": "ordersRejected", "message": "", "at": ""}',
    state = state || '{"halted": "ordersRejected", "refused": {"kind": "base", "times": 3}}' where id = $1`);
  await bot.comes(swings(1, 4));
  await bot.start();
  const { status, closedTrades, waiting } = await bot.get();
  expect({ status, waiting }).toEqual({ status: 'running', waiting: null });
  expect(closedTrades).toBeGreaterThan(1);
});

test('a bot whose reports contradict each other is halted with the reason, and can be deleted', async () => {
  const bot = await life(PLAIN, [still(0, 5_000_000n)]);
  // The take profit is for more than what is open.
  await bot.change(`update bots set state = jsonb_set(state, '{position,lots}', '"7"') where id = $1`);
  await bot.comes(swings(1, 3));
  await bot.change('update bot_leases set due_at = now() where bot_id = $1');
  await bot.run();
  const halted = { reason: 'contradictoryReports', message: expect.stringContaining('turn a position'), at: time(1) };
  expect(await bot.get()).toMatchObject({ status: 'halted', halted, decidedUpTo: time(0) });
  expect(await bot.events('bot.halted.v1')).toHaveLength(1);
  await expect(bot.stop('finish')).rejects.toMatchObject({ code: 'bot_halted', data: { halted } });
  // A retry gives the same; nothing was lost.
  await bot.start();
  expect(await bot.get()).toMatchObject({ status: 'halted', halted, decidedUpTo: time(0) });
  // What it still knows of is closed on request.
  expect(await bot.stop()).toMatchObject({ status: 'stopped', halted: null, openTradeId: null });
  await bot.remove();
  await expect(bot.get()).rejects.toMatchObject({ code: 'not_found' });
});
