import { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import fc from 'fast-check';
import { div, fraction, mul, toText, whole } from '../engine/exact.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { checkSettings, marketOf } from './check-settings.rules.ts';
import { describeLadder, ladder, type Plan } from './ladder.rules.ts';

/* Ladder A of the reference: P0 100, base 10, size 20, 1 % × 1.5, volume 1.2, six orders, take profit 1.5 %. */
const FINE: MarketRules = {
  market: 'TEST',
  base: 'T',
  quote: 'Q',
  tickSize: '0.000000000001',
  lotSize: '0.000000000001',
  minQuantity: '0.000000000001',
  minNotional: '0.000001',
  feePpm: 1_000,
};

const settingsA = (direction: 'long' | 'short', more: object = {}) =>
  BotSettings.parse({
    market: 'BTC-USDT',
    direction,
    baseOrder: '10',
    averagingOrders: { count: 6, size: '20', deviationPercent: '1', stepScale: '1.5', volumeScale: '1.2' },
    takeProfit: { percent: '1.5' },
    ...more,
  });

const ticks = (price: string) => BigInt(toText(div(fraction(price), fraction(FINE.tickSize)), 0));
const near = (text: string, expected: number) => expect(Number(text)).toBeCloseTo(expected, 7);

describe('ladder A', () => {
  const long = describeLadder({ settings: settingsA('long'), market: FINE }, ticks('100'));
  const short = describeLadder({ settings: settingsA('short'), market: FINE }, ticks('100'));

  test('prices are exact, long and short', () => {
    expect(long.levels.map((level) => level.price)).toEqual([
      '100',
      '99',
      '97.5',
      '95.25',
      '91.875',
      '86.8125',
      '79.21875',
    ]);
    expect(short.levels.map((level) => level.price)).toEqual([
      '100',
      '101',
      '102.5',
      '104.75',
      '108.125',
      '113.1875',
      '120.78125',
    ]);
    expect(long.levels.map((level) => level.deviationPercent)).toEqual([
      '0',
      '1',
      '2.5',
      '4.75',
      '8.125',
      '13.1875',
      '20.78125',
    ]);
  });

  test.each([
    [1, 0.3020202, 30, 99.33110368, 100.82107023],
    [2, 0.54817405, 54, 98.50885897, 99.98649185],
    [3, 0.85053625, 82.8, 97.35034776, 98.81060297],
    [4, 1.22669952, 117.36, 95.67135086, 97.10642112],
    [5, 1.70441874, 158.832, 93.18836751, 94.58619302],
    [6, 2.33263365, 208.5984, 89.42612992, 90.76752186],
  ])(
    'after averaging order %i long: quantity, cost, average, take profit',
    (k, quantity, cost, average, takeProfit) => {
      const level = long.levels[k];
      near(level?.totalQuantity ?? '', quantity);
      near(level?.totalSize ?? '', cost);
      near(level?.averagePrice ?? '', average);
      near(level?.takeProfitPrice ?? '', takeProfit);
    },
  );

  test.each([
    [1, 100.66445183, 99.15448505],
    [2, 101.4720697, 99.94998866],
    [3, 102.58869468, 101.04986426],
    [4, 104.15922118, 102.59683286],
    [5, 106.37466987, 104.77904982],
    [6, 109.49042097, 107.84806466],
  ])('after averaging order %i short: average, take profit', (k, average, takeProfit) => {
    near(short.levels[k]?.averagePrice ?? '', average);
    near(short.levels[k]?.takeProfitPrice ?? '', takeProfit);
  });

  test('take profit of the base order, and net of fees', () => {
    const base = describeLadder(
      { settings: settingsA('long', { takeProfit: { percent: '1.5', basis: 'base' } }), market: FINE },
      ticks('100'),
    );
    expect(Number(base.levels[6]?.takeProfitPrice)).toBeCloseTo(89.490435, 6);
    const net = describeLadder(
      { settings: settingsA('long', { takeProfit: { percent: '1.5', includeFees: true } }), market: FINE },
      ticks('100'),
    );
    near(net.levels[6]?.takeProfitPrice ?? '', 90.94789589);
    near(net.levels[0]?.takeProfitPrice ?? '', 101.7017017);
  });

  test('from the last fill', () => {
    const settings = settingsA('long');
    settings.averagingOrders.deviationFrom = 'lastFill';
    const { levels } = describeLadder({ settings, market: FINE }, ticks('100'));
    const expected = [100, 99, 97.515, 95.320912, 92.103832, 87.441075, 80.801019];
    for (const [k, price] of expected.entries()) expect(Number(levels[k]?.price)).toBeCloseTo(price, 6);
  });

  test('a quote-sized short ladder is not the mirror of the long one', () => {
    near(short.levels[6]?.totalQuantity ?? '', 1.90517488);
    expect(short.levels[6]?.totalQuantity).not.toBe(long.levels[6]?.totalQuantity);
  });
});

describe('rounding', () => {
  const market = marketOf(settingsA('long'));
  test('never crosses the planned level and never rounds a quantity up', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('long' as const, 'short' as const),
        fc.bigInt(10_000n, 2_000_000n),
        fc.integer({ min: 20, max: 5_000 }),
        (direction, base, size) => {
          const settings = settingsA(direction);
          settings.averagingOrders.size = String(size);
          const plan: Plan = { settings, market };
          for (const [k, level] of ladder(plan, base).entries()) {
            if (k === 0) continue;
            const exact = Number(base) * (1 - ((direction === 'long' ? 1 : -1) * (1.5 ** k - 1)) / 50);
            if (direction === 'long') expect(Number(level.ticks)).toBeLessThanOrEqual(exact + 1e-6);
            else expect(Number(level.ticks)).toBeGreaterThanOrEqual(exact - 1e-6);
            const wanted = mul(fraction(String(size)), whole(1));
            expect(Number(toText(wanted)) * 1.2 ** (k - 1) + 1e-6).toBeGreaterThanOrEqual(
              Number(level.ticks * level.lots) / 1e6,
            );
          }
        },
      ),
    );
  });
});

describe('impossible settings name their field', () => {
  const base = 500_000n;
  const faultOf = (settings: BotSettings) => {
    const problem = checkSettings({ settings, market: marketOf(settings) }, base);
    return (problem?.data['errors'] as { field: string; code: string }[] | undefined)?.[0];
  };
  const with_ = (change: (settings: BotSettings) => void) => {
    const settings = settingsA('long');
    change(settings);
    return settings;
  };

  test('settings that work have no fault', () => expect(faultOf(settingsA('long'))).toBeUndefined());

  test.each<[string, BotSettings, string, string]>([
    [
      'a ladder below zero',
      with_((s) => {
        s.averagingOrders.count = 40;
      }),
      '/settings/averagingOrders/deviationPercent',
      'ladder_below_zero',
    ],
    [
      'a base order below the minimum',
      with_((s) => {
        s.baseOrder = '1';
      }),
      '/settings/baseOrder',
      'below_minimum',
    ],
    [
      'averaging orders below the minimum',
      with_((s) => {
        s.averagingOrders.size = '2';
      }),
      '/settings/averagingOrders/size',
      'below_minimum',
    ],
    [
      'orders that shrink below the minimum',
      with_((s) => {
        s.averagingOrders.volumeScale = '0.1';
      }),
      '/settings/averagingOrders/size',
      'below_minimum',
    ],
    [
      'a take profit below the fees',
      with_((s) => {
        s.takeProfit.percent = '0.1';
      }),
      '/settings/takeProfit/percent',
      'profit_below_fees',
    ],
    [
      'a short that gains 100 %',
      with_((s) => {
        s.direction = 'short';
        s.takeProfit.percent = '100';
      }),
      '/settings/takeProfit/percent',
      'profit_impossible',
    ],
  ])('%s', (_name, settings, field, code) => {
    expect(faultOf(settings)).toMatchObject({ field, code });
  });

  test('an unknown market', () => {
    expect(() =>
      marketOf(
        with_((s) => {
          s.market = 'XX-YY';
        }),
      ),
    ).toThrow('/settings/market');
  });

  test.each(['count', 'size', 'deviationPercent', 'stepScale', 'volumeScale'] as const)(
    'a nonsensical %s is refused by the contract',
    (field) => {
      const bad = { count: 201, size: '-1', deviationPercent: '0', stepScale: '0.01', volumeScale: '11' }[field];
      const parsed = BotSettings.safeParse({
        ...settingsA('long'),
        averagingOrders: { ...settingsA('long').averagingOrders, [field]: bad },
      });
      expect(parsed.success).toBe(false);
      expect(parsed.error?.issues[0]?.path).toEqual(['averagingOrders', field]);
    },
  );
});
