import { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import fc from 'fast-check';
import { type CandleTicks } from '../src/kernel/candle-series.rules.ts';
import { marketRules } from '../src/markets/markets.rules.ts';

/** So fine that rounding does not show in the eighth decimal: for the tables of the reference, which do not round. */
export const FINE = marketRules({
  market: 'T-Q',
  base: 'T',
  quote: 'Q',
  tickSize: '0.000000000001',
  lotSize: '0.000000000001',
  minQuantity: '0.000000000001',
  minNotional: '0.000001',
  feePpm: 1_000,
  feeFrom: 'quote',
  maintenancePpm: 5_000,
  bundled: false,
});

/** Coarse, so that rounding shows: a tick is a hundredth of the usual price. */
export const COARSE = marketRules({
  market: 'C-Q',
  base: 'C',
  quote: 'Q',
  tickSize: '0.5',
  lotSize: '0.001',
  minQuantity: '0.001',
  minNotional: '5',
  feePpm: 750,
  feeFrom: 'quote',
  maintenancePpm: 5_000,
  bundled: false,
});

/** With everything that an exchange may demand beside tick, lot and minimum. */
export const DEMANDING = marketRules({
  ...COARSE,
  tickSize: '0.05',
  venueTerms: {
    priceSteps: [
      { from: '50', step: '0.1' },
      { from: '95', step: '0.5' },
      { from: '110', step: '1' },
    ],
    priceBandPercent: '2',
    maxQuantity: '25',
    maxOrders: 7,
    tiers: [
      { upTo: '300', maintenancePercent: '0.5', maxLeverage: '125' },
      { upTo: '1000', maintenancePercent: '1', maxLeverage: '125' },
      { upTo: '1000000', maintenancePercent: '2', maxLeverage: '125' },
    ],
  },
});

/* Ladder A of trading.md 3.2: P0 100, base 10, size 20, 1 % × 1.5, volume 1.2, six orders, take profit 1.5 %. */
interface Change {
  averagingOrders?: Partial<DcaSettings['averagingOrders']>;
  takeProfit?: Partial<DcaSettings['takeProfit']>;
  baseOrder?: string;
  market?: string;
  stopLoss?: DcaSettings['stopLoss'];
  futures?: { leverage: string };
  minPrice?: string;
  maxPrice?: string;
}

export const settingsA = (direction: 'long' | 'short', change: Change = {}): DcaSettings =>
  DcaSettings.parse({
    market: change.market ?? 'BTC-USDT',
    direction,
    baseOrder: change.baseOrder ?? '10',
    averagingOrders: {
      count: 6,
      size: '20',
      deviationPercent: '1',
      stepScale: '1.5',
      volumeScale: '1.2',
      ...change.averagingOrders,
    },
    takeProfit: { percent: '1.5', ...change.takeProfit },
    stopLoss: change.stopLoss,
    futures: change.futures,
    minPrice: change.minPrice,
    maxPrice: change.maxPrice,
  });

export const MINUTES_5 = 300_000;
/** Of candles of five minutes. */
export const AROUND = { intervalMs: MINUTES_5 };

/** Candles from open, high, low, close in ticks. */
export const candles = (...rows: [open: number, high: number, low: number, close: number][]): CandleTicks[] =>
  rows.map(([open, high, low, close], index) => ({
    at: index * MINUTES_5,
    open: BigInt(open),
    high: BigInt(high),
    low: BigInt(low),
    close: BigInt(close),
  }));

interface Lengths {
  minLength: number;
  maxLength: number;
}

/**
 * A walk of prices around `start` ticks, with gaps between candles and candles that do not move; `jumps`: now and then
 * one opens a fifth away. fast-check stays close to `minLength` whatever the longest may be.
 */
export const walk = (start: number, length: Lengths, { jumps = false } = {}): fc.Arbitrary<CandleTicks[]> =>
  fc
    .array(
      fc.record({
        gap: fc.oneof(
          { weight: 30, arbitrary: fc.integer({ min: -30, max: 30 }) },
          ...(jumps ? [{ weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) }] : []),
        ),
        move: fc.integer({ min: -60, max: 60 }),
        up: fc.integer({ min: 0, max: 40 }),
        down: fc.integer({ min: 0, max: 40 }),
      }),
      length,
    )
    .map((steps) => {
      let last = start;
      const at = (parts: number, from: number) => Math.max(1, from + Math.round((start * parts) / 2_000));
      const rows = steps.map(({ gap, move, up, down }): [number, number, number, number] => {
        const open = at(gap, last);
        const close = at(move, open);
        last = close;
        return [
          open,
          Math.max(open, close) + at(up, 0) - 1,
          Math.max(1, Math.min(open, close) - at(down, 0) + 1),
          close,
        ];
      });
      return candles(...rows);
    });

/** Mostly long walks with jumps, in which much happens; some of a few candles. */
export const anyWalk = (start: number, longest: number): fc.Arbitrary<CandleTicks[]> =>
  fc.oneof(
    { weight: 4, arbitrary: walk(start, { minLength: longest / 2, maxLength: longest }, { jumps: true }) },
    { weight: 1, arbitrary: walk(start, { minLength: 1, maxLength: 10 }) },
  );

const hundredths = (min: number, max: number) => fc.integer({ min, max }).map((one) => String(one / 100));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

const anyTakeProfit = fc
  .record({
    percent: fc.integer({ min: 30, max: 400 }),
    basis: fc.constantFrom('average' as const, 'base' as const),
    includeFees: fc.boolean(),
    shares: fc.array(fc.integer({ min: 1, max: 33 }), { maxLength: 3 }),
    trailing: maybe(fc.integer({ min: 1, max: 300 })),
  })
  .map(({ percent, basis, includeFees, shares, trailing }) => ({
    percent: String(percent / 100),
    basis,
    includeFees,
    ...(trailing === undefined ? {} : { trailingPercent: String(trailing / 100) }),
    ...(shares.length === 0
      ? {}
      : {
          steps: shares.map((share, index) => ({
            percent: String((percent * (index + 1)) / (shares.length + 1) / 100).slice(0, 6),
            sharePercent: String(share),
          })),
        }),
  }));

const anyStopLoss = fc.record(
  {
    percent: hundredths(50, 2_000),
    basis: fc.constantFrom('base' as const, 'average' as const, 'lastFill' as const),
    breakEvenAtPercent: hundredths(20, 200),
    timeoutSeconds: fc.integer({ min: 1, max: 2_000 }),
  },
  { requiredKeys: ['percent', 'basis'] },
);

const anyFutures = fc.record({
  leverage: fc.constantFrom('1', '2', '3.5', '7', '20', '125'),
  fundingRatePercent: fc.constantFrom('0', '0.01', '-0.025', '1.5'),
  fundingEveryHours: fc.constantFrom(1 as const, 8 as const),
});

/** Settings for the coarse market at about 100; not all of them are sensible, all of them must be carried out alike. */
export const anySettings: fc.Arbitrary<DcaSettings> = fc
  .record({
    direction: fc.constantFrom('long' as const, 'short' as const),
    baseOrder: fc.integer({ min: 5, max: 500 }),
    count: fc.integer({ min: 0, max: 6 }),
    size: fc.integer({ min: 20, max: 500 }),
    deviation: fc.integer({ min: 60, max: 300 }),
    stepScale: fc.constantFrom('1', '1.1', '1.5', '0.9'),
    volumeScale: fc.constantFrom('1', '1.2', '2', '0.95', '0.1'),
    deviationFrom: fc.constantFrom('base' as const, 'lastFill' as const),
    activeLimit: maybe(fc.integer({ min: 1, max: 4 })),
    takeProfit: anyTakeProfit,
    stopLoss: maybe(anyStopLoss),
    futures: maybe(anyFutures),
    // Also such that end with a candle.
    cooldownSeconds: maybe(fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(300, 600, 1_200))),
    maxTrades: maybe(fc.integer({ min: 1, max: 4 })),
    minPrice: maybe(hundredths(8_000, 10_500)),
    maxPrice: maybe(hundredths(9_500, 12_000)),
  })
  .map((one) =>
    DcaSettings.parse({
      market: 'BTC-USDT',
      direction: one.direction,
      baseOrder: String(one.baseOrder),
      averagingOrders: {
        count: one.count,
        size: String(one.size),
        deviationPercent: String(one.deviation / 100),
        stepScale: one.stepScale,
        volumeScale: one.volumeScale,
        deviationFrom: one.deviationFrom,
        activeLimit: one.activeLimit,
      },
      takeProfit: one.takeProfit,
      stopLoss: one.stopLoss,
      futures: one.futures,
      cooldownSeconds: one.cooldownSeconds,
      maxTrades: one.maxTrades,
      minPrice: one.minPrice,
      maxPrice: one.maxPrice,
    }),
  );
