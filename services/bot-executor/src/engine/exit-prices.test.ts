import { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { z } from 'zod';
import { COARSE } from '../../test/markets.ts';
import { martingaleSettings } from '../../test/martingale.ts';
import { seriesOf } from '../../test/series.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { whole } from '../kernel/exact.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { marketRules, moneyText, priceText, toTicks } from '../markets/markets.rules.ts';
import { choose } from '../martingale/choose.rules.ts';
import { EMPTY, memoryOf } from '../martingale/decide-martingale.rules.ts';
import { martingalePlanOf } from '../martingale/plan.rules.ts';
import { NO_SIGNALS } from '../martingale/signals.rules.ts';
import { decide } from '../strategies/decide.rules.ts';
import { INITIAL } from './state.rules.ts';

/* At which prices and when a trade may end, in decimals as computed on paper. Fee 0.1 %, minimum 5. */
const MARKET = marketRules({ ...COARSE, tickSize: '0.01', lotSize: '0.001', feePpm: 1_000 });
const MINUTE = 60_000;
const HOUR = 3_600_000;
type Candle = [open: number, high: number, low: number, close: number];
type Change = Partial<z.input<typeof DcaSettings>>;

const settings = (change: Change = {}) =>
  DcaSettings.parse({
    market: 'BTC-USDT',
    direction: 'long',
    baseOrder: '100',
    averagingOrders: { count: 0, size: '99', deviationPercent: '1' },
    takeProfit: { percent: '1' },
    maxTrades: 1,
    ...change,
  });

function run(change: Change, rows: readonly Candle[], everyMs = MINUTE) {
  const plan = planOf(settings(change), MARKET);
  const ticks = (price: number) => toTicks(MARKET, String(price)) as bigint;
  const candles = rows.map(([open, high, low, close], i) => {
    return { at: i * everyMs, open: ticks(open), high: ticks(high), low: ticks(low), close: ticks(close) };
  });
  const report = backtest(plan, seriesOf(candles), { intervalMs: everyMs });
  const money = (amount: bigint) => Number(moneyText(MARKET, amount));
  return {
    fills: report.fills.map(({ order, ticks: price, at }) => [
      order.kind,
      Number(priceText(MARKET, price)),
      at / everyMs,
    ]),
    profit: money(report.profit),
    openProfit: money(report.openProfit),
    funding: money(report.funding),
    maxCapital: money(report.maxCapital),
    maxMargin: money(report.maxMargin),
  };
}
const flat = (price: number): Candle => [price, price, price, price];
const last = ({ fills }: ReturnType<typeof run>) => fills.at(-1);
const stop5 = { stopLoss: { percent: '5', basis: 'base' as const } };
const times = (leverage: string, more: object = {}) => ({ futures: { leverage, ...more } });
const averaged = { averagingOrders: { count: 1, size: '99', deviationPercent: '1' } };

describe('with isolated margin a trade loses its margin at the most', () => {
  test.each<[string, Change, number, number]>([
    ['a stop that the open has jumped over', stop5, 50, 90],
    ['no stop', {}, 50, 90],
    ['a patient stop', { stopLoss: { percent: '5', basis: 'base', timeoutSeconds: 1 } }, 50, 90],
    ['a short with a stop', { ...stop5, direction: 'short' }, 200, 110],
  ])('%s', (_what, change, price, settled) => {
    const risky = { takeProfit: { percent: '4' }, ...change, ...times('10') };
    const ended = run(risky, [flat(100), flat(price)]);
    expect(last(ended)).toEqual(['liquidation', settled, 1]);
    // The margin of 10, and both fees.
    expect(ended.profit).toBeCloseTo(-10 - 0.1 - settled / 1_000, 9);
  });

  test('a trailing exit and a patient stop whose time is over are no better', () => {
    const trailing = { takeProfit: { percent: '1', trailingPercent: '0.5' }, ...times('10') };
    expect(last(run(trailing, [flat(100), [100, 102, 100, 102], flat(50)]))).toEqual(['liquidation', 90, 2]);
    const patient = { stopLoss: { percent: '5', basis: 'base' as const, timeoutSeconds: 1 }, ...times('10') };
    expect(last(run(patient, [flat(100), flat(94), flat(50)]))).toEqual(['liquidation', 90, 2]);
  });

  test('a stop that is jumped over by less than the margin fills at the open', () => {
    expect(last(run({ ...stop5, ...times('10') }, [flat(100), flat(93)]))).toEqual(['stopLoss', 93, 1]);
  });

  test('without leverage a stop fills at the open, however far it is', () => {
    expect(last(run(stop5, [flat(100), flat(50)]))).toEqual(['stopLoss', 50, 1]);
  });
});

describe('the open is the first price', () => {
  test.each<[string, Change, Candle, number, number]>([
    ['long', stop5, [105, 105, 90, 92], 101, 0.799],
    ['short', { ...stop5, direction: 'short' }, [95, 106, 95, 105], 99, 0.801],
    ['long with an averaging order below', averaged, [105, 105, 98.9, 99], 101, 0.799],
  ])('a take profit that it has reached fills before anything else: %s', (_what, change, candle, price, profit) => {
    const ended = run(change, [flat(100), candle]);
    expect(ended.fills.slice(1)).toEqual([['takeProfit', price, 1]]);
    expect(ended.profit).toBeCloseTo(profit, 9);
  });

  test('a step that it has reached is sold before the trailing exit that it arms', () => {
    const takeProfit = { percent: '3', trailingPercent: '1', steps: [{ percent: '1', sharePercent: '50' }] };
    const ended = run({ takeProfit }, [flat(100), [105, 105, 90, 92]]);
    expect(ended.fills.slice(1)).toEqual([
      ['takeProfit', 101, 1],
      ['takeProfit', 103.95, 1],
    ]);
  });

  test('the next trade begins with the next candle', () => {
    const ended = run({ maxTrades: undefined }, [flat(100), flat(105), flat(105)]);
    expect(ended.fills).toEqual([
      ['base', 100, 0],
      ['takeProfit', 101, 1],
      ['base', 105, 2],
    ]);
  });
});

describe('the close is the last price', () => {
  const ladder = { ...averaged, averagingOrders: { count: 1, size: '100', deviationPercent: '1' } };

  test('after an averaging order fills a take profit that the close has reached', () => {
    const ended = run(ladder, [[100, 103, 99, 103], flat(99.6)]);
    expect(ended.fills.map(([kind]) => kind)).toEqual(['base', 'averaging', 'takeProfit']);
    expect(ended.profit).toBeGreaterThan(0);
  });

  test('one that only the high has reached may have been passed before the averaging order, and waits', () => {
    expect(run(ladder, [[100, 103, 99, 100.4], flat(99.6)]).fills).toHaveLength(2);
  });

  test('short', () => {
    const ended = run({ ...ladder, direction: 'short' }, [[100, 101, 97, 97], flat(100.4)]);
    expect(ended.fills.map(([kind]) => kind)).toEqual(['base', 'averaging', 'takeProfit']);
  });
});

describe('what happened within a candle happened at its end at the latest', () => {
  const up: Candle = [100, 102, 100, 100];
  const opened = (seconds: number | undefined, everyMs: number, rows: Candle[]) =>
    run({ maxTrades: undefined, cooldownSeconds: seconds }, rows, everyMs).fills.flatMap(([kind, , at]) =>
      kind === 'base' ? [at] : [],
    );

  test.each([
    [undefined, MINUTE, 2],
    [1, MINUTE, 3],
    [60, MINUTE, 3],
    [61, MINUTE, 4],
    [3_600, HOUR, 3],
    [86_400, 24 * HOUR, 3],
  ])(
    'a cooldown of %s s after a trade that ended in candle 1 (of %s ms): the next begins with candle %s',
    (seconds, everyMs, next) => {
      const rows = [flat(100), up, ...Array.from({ length: 4 }, () => flat(100))];
      expect(opened(seconds, everyMs, rows)).toEqual([0, next]);
    },
  );

  test('a trade that ended with the open ended there', () => {
    expect(opened(60, MINUTE, [flat(100), flat(105), flat(100), flat(100)])).toEqual([0, 2]);
  });

  test('a patient stop is patient from the end of the candle in which the price went beyond', () => {
    const patient = (timeoutSeconds: number) => ({
      stopLoss: { percent: '5', basis: 'base' as const, timeoutSeconds },
    });
    const rows: Candle[] = [flat(100), [100, 100, 94, 94], [94, 94.5, 93, 94.4], flat(94.3), flat(94.2)];
    expect(last(run(patient(60), rows))).toEqual(['stopLoss', 94.3, 3]);
    expect(last(run(patient(61), rows))).toEqual(['stopLoss', 94.2, 4]);
    // Any price of its time that is not beyond begins it anew.
    const back: Candle[] = [flat(100), [100, 100, 94, 94], [94, 96, 94, 94], flat(94), flat(94)];
    expect(last(run(patient(60), back))).toEqual(['stopLoss', 94, 4]);
  });
});

describe('exits below the market’s minimum', () => {
  const steps = (sharePercent: string, more: object = {}) => ({
    baseOrder: '12',
    takeProfit: { percent: '2', steps: [{ percent: '1', sharePercent }], ...more },
  });

  test.each([
    ['60', 12],
    ['99', 12],
  ])('a rest after a step of %s %% that would be too small is sold with the step', (share, value) => {
    const ended = run(steps(share), [flat(100), [100, 103, 100, 103]]);
    expect(ended.fills.slice(1)).toEqual([['takeProfit', 101, 1]]);
    expect(ended.profit).toBeCloseTo(value * 0.01 - (value + value * 1.01) / 1_000, 6);
  });

  test('a rest that is large enough at the take profit but not at the stop is sold with the step too', () => {
    const small = { ...steps('55'), stopLoss: { percent: '10', basis: 'base' as const } };
    expect(run(small, [flat(100), [100, 101.5, 100, 101]]).fills).toHaveLength(2);
    expect(run(steps('55'), [flat(100), [100, 101.5, 100, 101]]).openProfit).not.toBe(0);
  });

  test('a trailing exit has nothing to follow then', () => {
    const ended = run(steps('60', { trailingPercent: '0.5' }), [flat(100), [100, 110, 100, 110], flat(90)]);
    expect(ended.fills.slice(1)).toEqual([['takeProfit', 101, 1]]);
  });

  test('a base order that could not be sold at its stop opens no trade', () => {
    const small = { baseOrder: '5.2', stopLoss: { percent: '10', basis: 'base' as const } };
    expect(run(small, [flat(100), flat(100)]).fills).toEqual([]);
    expect(run({ baseOrder: '5.2' }, [flat(100), flat(100)]).fills).toHaveLength(1);
  });

  test('martingale gives up all where a part or the rest could not be sold alone', () => {
    const plan = martingalePlanOf(martingaleSettings(), MARKET);
    const position = { lots: 90n, cost: whole(90n * 11_000n) };
    // Ten times leverage, a tenth lost: in danger, and nothing may be added while the market is unknown.
    const asked = { position, balance: whole(10n ** 9n), close: 9_950n, signals: NO_SIGNALS, mayBegin: false };
    expect(choose(plan, asked)).toEqual({ do: 'reduce', lots: 90n, because: 'danger' });
    const larger = { ...asked, position: { lots: 900n, cost: whole(900n * 11_000n) } };
    expect(choose(plan, larger)).toMatchObject({ lots: 450n });
  });
});

describe('funding comes out of the margin', () => {
  const paying = (rate: string) => times('10', { fundingRatePercent: rate, fundingEveryHours: 1 });

  test('a position that has paid its margin is liquidated, and has lost the margin', () => {
    const ended = run(
      paying('1'),
      Array.from({ length: 14 }, () => flat(100)),
      HOUR,
    );
    // 1 an hour of a margin of 10; what keeps it is 0.5.
    expect(last(ended)).toEqual(['liquidation', 100, 10]);
    expect(ended.funding).toBe(-10);
    expect(ended.profit).toBeCloseTo(-10.2, 9);
  });

  test('the price at which it is liquidated comes nearer with each payment', () => {
    const rows = [...Array.from({ length: 6 }, () => flat(100)), [100, 100, 95.4, 97] as Candle];
    expect(last(run(paying('1'), rows, HOUR))).toEqual(['liquidation', 96, 6]);
    expect(last(run(paying('0'), rows, HOUR))).toEqual(['base', 100, 0]);
  });

  test('more than the margin is not paid, and what is received does not make it larger', () => {
    const ended = run(times('125', { fundingRatePercent: '9', fundingEveryHours: 1 }), [flat(100), flat(100)], HOUR);
    expect(ended.funding).toBe(-0.8);
    expect(last(ended)).toEqual(['liquidation', 100, 1]);
    const received = run(paying('-1'), [...Array.from({ length: 8 }, () => flat(100)), flat(90.4)], HOUR);
    expect(last(received)).toEqual(['liquidation', 90, 8]);
  });

  test('what martingale pays is gone from the balance that it sizes by', () => {
    const plan = martingalePlanOf(martingaleSettings(), MARKET);
    const state = { ...INITIAL, memory: EMPTY };
    const after = decide(state, { type: 'funding', at: 0, amount: -5_000_000n }, plan).state;
    expect(memoryOf(after).cash).toBe(-5_000_000n);
  });
});

describe('the most that was in a trade', () => {
  test('counts what is open and the fees of its entry, not what was sold before', () => {
    const takeProfit = { percent: '2', steps: [{ percent: '1', sharePercent: '50' }] };
    const ended = run({ ...averaged, takeProfit }, [flat(100), [100, 101, 100, 101], [101, 101, 99, 99]]);
    expect(ended.fills.map(([kind]) => kind)).toEqual(['base', 'takeProfit', 'averaging']);
    expect([ended.maxCapital, ended.maxMargin]).toEqual([149.149, 149.149]);
    expect(run({ takeProfit }, [flat(100), [100, 101, 100, 101]]).maxCapital).toBe(100.1);
  });

  test('with leverage its value, and apart from that the margin that it needs', () => {
    const ended = run(times('5'), [flat(100)]);
    expect([ended.maxCapital, ended.maxMargin]).toEqual([100.1, 20.1]);
  });
});
