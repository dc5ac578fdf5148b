import { readFileSync } from 'node:fs';
import { listActivity, showBotEquity, showLevels } from '@tidegate/contracts/bot-executor/bot-history';
import { listBots, PROFIT_DAYS, totalBots } from '@tidegate/contracts/bot-executor/bot-lists';
import { duplicateBot, summarizeBot, updateBot } from '@tidegate/contracts/bot-executor/bots';
import { listLedger, listTrades, type Trade } from '@tidegate/contracts/bot-executor/trades';
import { newId } from '@tidegate/database/ids';
import fc from 'fast-check';
import { MINUTES_5, settingsA } from '../../test/markets.ts';
import { openService, type Service } from '../../test/service.ts';
import { saveImported } from '../candles/candle.rows.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { add, fraction, sub, toText, whole } from '../kernel/exact.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { wakeBots } from './lease.rows.ts';

let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

/** Each is a trade: it begins at the open and ends at the high. */
const swings = (count: number): CandleTicks[] =>
  Array.from({ length: count }, (_, i) => {
    const [open, high] = [5_000_000n, 5_100_000n];
    return { at: i * MINUTES_5, open, high, low: open, close: open };
  });
const LADDER = settingsA('long', {
  baseOrder: '100',
  averagingOrders: { count: 3, size: '100', deviationPercent: '1', stepScale: '1', volumeScale: '1' },
});
const flat = (index: number, low: bigint, close: bigint): CandleTicks => {
  return { at: index * MINUTES_5, open: 5_000_000n, high: 5_000_000n, low, close };
};

async function runAll(): Promise<void> {
  const runner = service.runner();
  while ((await runner.turn({ signal: new AbortController().signal })) === 'again');
}

async function bot(candles: CandleTicks[], { settings = LADDER, orgId = newId() } = {}) {
  const one = await service.startBot(settings, candles, orgId);
  await runAll();
  return { who: { orgId, userId: newId() }, botId: one.id, orgId };
}

test('a list of bots shows open profit, price and when each was run, as the summary of each does; it pages by every sort', async () => {
  const orgId = newId();
  await bot(swings(3), { orgId });
  await bot(swings(1), { orgId });
  const one = await bot([flat(9, 4_930_000n, 4_960_000n)], { orgId });
  const { who } = one;
  await service.call(updateBot, { botId: one.botId, name: 'Ärger 100%' }, who);
  for (const sort of ['newest', 'name', 'profit', 'trades'] as const) {
    const all = await service.call(listBots, { sort }, who);
    expect(all.items).toHaveLength(3);
    const paged = [];
    for (let cursor: string | undefined; ; ) {
      const page = await service.call(listBots, { sort, limit: 1, ...(cursor ? { cursor } : {}) }, who);
      paged.push(...page.items);
      cursor = page.nextCursor;
      if (!cursor) break;
    }
    expect(paged).toEqual(all.items);
  }
  const { items: byProfit } = await service.call(listBots, { sort: 'profit' }, who);
  expect(byProfit.map(({ closedTrades }) => closedTrades)).toEqual(
    [...byProfit.map((b) => b.closedTrades)].sort().reverse(),
  );
  const { items } = await service.call(listBots, { search: 'RGER 100%' }, who);
  const summary = await service.call(summarizeBot, { botId: one.botId }, who);
  expect(items).toEqual([
    expect.objectContaining({
      id: one.botId,
      currency: 'USDT',
      lastPrice: '49600',
      openProfit: summary.openTrade?.openProfit,
      ranAt: expect.any(String),
    }),
  ]);
  expect((await service.call(listBots, { search: '%' }, who)).items).toHaveLength(1);
  const none = { stopped: 0, running: 0, stopping: 0, halted: 0 };
  const counted = await service.call(listBots, { count: true, status: 'halted', limit: 1 }, who);
  expect(counted).toMatchObject({ items: [], counts: { ...none, total: 3, running: 3 } });
  const found = await service.call(listBots, { count: true, search: 'RGER' }, who);
  expect(found.counts).toEqual({ ...none, total: 1, running: 1 });
  expect((await service.call(listBots, {}, who)).counts).toBeNull();
  expect((await service.call(listBots, { status: 'halted' }, who)).items).toEqual([]);
  expect((await service.call(listBots, { market: 'ETH-USDT' }, who)).items).toEqual([]);
  // A cursor of one order is refused by another, and a key that is no number never reaches the database.
  const { nextCursor = '' } = await service.call(listBots, { sort: 'name', limit: 1 }, who);
  const forged = Buffer.from(JSON.stringify(['profit', 'NaN; drop', newId()])).toString('base64url');
  for (const cursor of [nextCursor, forged])
    await expect(service.call(listBots, { sort: 'profit', cursor }, who)).rejects.toMatchObject({
      code: 'validation_failed',
    });

  const { items: totals } = await service.call(totalBots, {}, who);
  expect(totals).toEqual([
    expect.objectContaining({
      currency: 'USDT',
      mode: 'paper',
      bots: 3,
      closedTrades: byProfit.reduce((sum, { closedTrades }) => sum + closedTrades, 0),
      openProfit: expect.any(String),
    }),
  ]);
  const all = (await service.call(listBots, {}, who)).items;
  const rest = all.reduce((left, { profit }) => sub(left, fraction(profit)), fraction(totals[0]?.profit ?? ''));
  expect(toText(rest)).toBe('0');
  // Nothing of it is seen by another organisation.
  const outsider = { orgId: newId(), userId: newId() };
  expect(await service.call(totalBots, {}, outsider)).toEqual({ items: [] });
  for (const read of [showLevels, showBotEquity, listActivity])
    await expect(service.call(read, { botId: one.botId }, outsider)).rejects.toMatchObject({ code: 'not_found' });
});

const DAY = 86_400_000;
/** A trade on each of some days. */
const onDays = (days: readonly number[]): CandleTicks[] =>
  days.map((day) => ({ ...(swings(1)[0] as CandleTicks), at: day * DAY + 3_600_000 }));
const sumOf = (amounts: readonly (string | null)[]) =>
  toText(amounts.reduce((sum, amount) => add(sum, fraction(amount ?? '0')), whole(0)));

test('a list has the profit of the last thirty days of each bot, however its candles were cut into batches', async () => {
  const orgId = newId();
  const one = await bot(onDays([0, 1, 40, 41, 69, 69.5, 70]), { orgId });
  const { who } = one;
  const listed = async () => (await service.call(listBots, { sort: 'newest' }, who)).items;
  const days = (await listed())[0]?.profitByDay ?? [];
  expect(days).toHaveLength(PROFIT_DAYS);
  // The last one is the day of the last candle; two trades of a day are added up.
  expect(days.map((profit, at) => [at, profit] as const).filter(([, profit]) => profit !== '0')).toEqual([
    [0, expect.any(String)],
    [28, sumOf([days[0] ?? '', days[0] ?? ''])],
    [29, days[0]],
  ]);
  // More candles, in batches of their own: what is before the thirty days is not stored any more.
  await service.tenants.run(orgId, async (tx) => {
    await saveImported(tx, knownMarket('BTC-USDT'), '5m', onDays([72, 73, 74]));
    await wakeBots(tx, orgId);
  });
  await runAll();
  const [after] = await listed();
  expect(after?.profitByDay.map((profit) => profit !== '0')).toEqual(
    Array.from({ length: PROFIT_DAYS }, (_, at) => [24, 25, 27, 28, 29].includes(at)),
  );
  const { items: trades } = await service.call(listTrades, { botId: one.botId }, who);
  const recent = trades.filter(({ closedAt }) => Date.parse(closedAt ?? '') >= 45 * DAY);
  expect(sumOf(after?.profitByDay ?? [])).toBe(sumOf(recent.map(({ profit }) => profit)));
  const stored = () =>
    service.tenants.run(orgId, (tx) =>
      tx.query<{ day: number }>('select day, trim_scale(profit)::text from profit_days order by day'),
    );
  const added = await stored();
  expect(added.map(({ day }) => day)).toEqual([69, 70, 72, 73, 74]);
  // The migration makes the same of the trades that it finds.
  const migration = readFileSync(new URL('../../migrations/0190-profit-days.sql', import.meta.url), 'utf8');
  const [fill = ''] = /insert into profit_days[^;]+/.exec(migration) ?? [];
  await service.tenants.run(orgId, async (tx) => {
    await tx.query('delete from profit_days');
    await tx.query(fill);
  });
  expect(await stored()).toEqual(added);
  // Before its first candle there is nothing to draw; nobody else sees any of it.
  const copy = await service.call(duplicateBot, { botId: one.botId, name: 'Copy' }, who);
  expect((await listed()).find(({ id }) => id === copy.id)?.profitByDay).toEqual([]);
  await service.tenants.run(newId(), async (tx) => expect(await tx.query('select from profit_days')).toEqual([]));
});

test('trades and the ledger are filtered, ranked and counted where they are stored', async () => {
  const { botId, who } = await bot([...swings(4), flat(9, 4_930_000n, 4_960_000n)]);
  const list = (input: object = {}) => service.call(listTrades, { botId, ...input }, who);
  const all = await list({ count: true });
  const none = { takeProfit: 0, stopLoss: 0, close: 0, liquidation: 0 };
  expect(all.counts).toEqual({ ...none, total: 5, takeProfit: 4 });
  expect((await list({ status: 'open', count: true })).counts).toEqual({ ...none, total: 1 });
  expect((await list({ status: 'open' })).items).toEqual(all.items.slice(0, 1));
  expect((await list({ closedBy: 'takeProfit' })).items).toEqual(all.items.slice(1));
  expect((await list({ closedBy: 'stopLoss' })).items).toEqual([]);
  for (const sort of ['newest', 'profit', 'loss'] as const) {
    const whole = (await list({ sort })).items;
    const paged: Trade[] = [];
    for (let cursor: string | undefined, page = 0; page === 0 || cursor; page += 1) {
      const next = await list({ sort, limit: 2, count: true, ...(cursor ? { cursor } : {}) });
      // Counted once for the list.
      expect(next.counts === null).toBe(page > 0);
      paged.push(...next.items);
      cursor = next.nextCursor;
    }
    expect(paged).toEqual(whole);
    // One that is open has no outcome yet.
    if (sort !== 'newest') expect(whole.at(-1)?.status).toBe('open');
  }
  const ledger = (input: object = {}) => service.call(listLedger, { botId, limit: 200, ...input }, who);
  const entries = await ledger({ count: true });
  const of = (kind: string) => entries.items.filter((one) => one.kind === kind);
  expect(entries.counts).toEqual({
    total: entries.items.length,
    ...Object.fromEntries(['buy', 'sell', 'fee', 'funding'].map((kind) => [kind, of(kind).length])),
  });
  expect((await ledger({ kind: 'fee' })).items).toEqual(of('fee'));
  expect((await ledger({ sort: 'newest' })).items).toEqual(entries.items.toReversed());
  const first = await ledger({ sort: 'newest', limit: 2 });
  const second = await ledger({ sort: 'newest', limit: 2, ...(first.nextCursor ? { cursor: first.nextCursor } : {}) });
  expect([...first.items, ...second.items]).toEqual(entries.items.slice(-4).toReversed());
});

test('the levels of an open trade say what is filled, what waits and how far away it is', async () => {
  const { botId, who } = await bot([flat(0, 4_940_000n, 4_960_000n)]);
  const open = await service.call(showLevels, { botId }, who);
  expect(open).toMatchObject({ lastPrice: '49600', currency: 'USDT', atRisk: expect.any(String) });
  expect(
    open.levels.filter(({ kind }) => kind !== 'takeProfit').map(({ index, state, price }) => [index, state, price]),
  ).toEqual([
    [0, 'filled', '50000'],
    [1, 'filled', '49500'],
    [2, 'waiting', '49000'],
    [3, 'waiting', '48500'],
  ]);
  expect(open.levels[2]).toMatchObject({ side: 'buy', distancePercent: '-1.2' });
  const exit = open.levels.find(({ kind }) => kind === 'takeProfit');
  expect(exit).toMatchObject({ side: 'sell', state: 'waiting', price: open.takeProfitPrice });
  // Without an open trade: those that one would have that began now.
  const idle = await bot(swings(1));
  const next = await service.call(showLevels, { botId: idle.botId }, idle.who);
  expect(next.tradeId).toBeNull();
  expect(next.levels.map(({ state }) => state)).toEqual(['planned', 'planned', 'planned', 'planned']);
  expect(next.levels[0]?.price).toBe(next.lastPrice);
});

test('orders and fills of any range come in one call, those of all trades together', async () => {
  const { botId, who } = await bot(swings(4));
  const all = await service.call(listActivity, { botId }, who);
  expect(all).toMatchObject({ complete: true });
  expect(all.fills.map(({ trade, side, kind }) => `${trade} ${side} ${kind}`)).toEqual(
    [1, 2, 3, 4].flatMap((n) => [`${n} buy base`, `${n} sell takeProfit`]),
  );
  const [from, to] = [MINUTES_5, 3 * MINUTES_5].map((at) => new Date(at).toISOString()) as [string, string];
  const some = await service.call(listActivity, { botId, from, to }, who);
  expect(some.fills).toEqual(all.fills.filter(({ at }) => at >= from && at < to));
  const newest = await service.call(listActivity, { botId, limit: 2 }, who);
  expect(newest).toMatchObject({ complete: false, fills: all.fills.slice(-2) });
});

/** Moves of up to three percent, so that ladders fill. */
const prices = fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 40, maxLength: 60 }).map((moves) => {
  let open = 5_000_000n;
  return moves.map((move, i): CandleTicks => {
    const close = (open * BigInt(1_000 + move)) / 1_000n;
    const candle = {
      at: i * MINUTES_5,
      open,
      close,
      high: open > close ? open : close,
      low: open < close ? open : close,
    };
    open = close;
    return candle;
  });
});

test('equity ends at the ledger’s balance plus what is held at the last close, whatever the prices did', async () => {
  await fc.assert(
    fc.asyncProperty(prices, fc.constantFrom('long' as const, 'short' as const), async (candles, direction) => {
      const { botId, who } = await bot(candles, {
        settings: settingsA(direction, { baseOrder: '100', averagingOrders: { size: '100' } }),
      });
      const equity = await service.call(showBotEquity, { botId }, who);
      const { items: ledger } = await service.call(listLedger, { botId, limit: 200 }, who);
      const { openTrade, profit } = await service.call(summarizeBot, { botId }, who);
      if (ledger.length === 0) return expect(equity.items).toEqual([]);
      const last = equity.items.at(-1);
      if (!openTrade) expect(last?.equity).toBe(profit);
      // Closing costs its fee, which equity does not take off yet.
      else expect(Number(last?.equity)).toBeGreaterThanOrEqual(Number(profit) + Number(openTrade.openProfit));
      const deepest = Math.min(0, ...equity.items.map(({ drawdown }) => Number(drawdown)));
      expect(Number(equity.maxDrawdown)).toBeCloseTo(-deepest, 9);
    }),
    { numRuns: 6 },
  );
});

test('a duplicate has the settings and candles of the other, and a history of its own', async () => {
  const { botId, who } = await bot(swings(2));
  const copy = await service.call(duplicateBot, { botId, name: 'Copy' }, who);
  expect(copy).toMatchObject({
    name: 'Copy',
    status: 'stopped',
    closedTrades: 0,
    settings: { baseOrder: '100', averagingOrders: LADDER.averagingOrders },
    feed: { source: 'imported' },
  });
  await expect(service.call(duplicateBot, { botId: newId(), name: 'Copy' }, who)).rejects.toMatchObject({
    code: 'not_found',
  });
});
