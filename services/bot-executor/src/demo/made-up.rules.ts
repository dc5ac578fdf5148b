import { BotSettings, DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { chance, DAY_MS, drift, HOUR_MS, MINUTE_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { Columns } from '../kernel/candle-series.rules.ts';

/*
 * Prices are made up; what bots, backtests and sweeps make of them is not: the engine trades on them as on any others.
 */
export const INTERVAL = '5m';
const INTERVAL_MS = 5 * MINUTE_MS;

export const MARKETS = [
  { market: 'BTC-USDT', price: 64_000 },
  { market: 'ETH-USDT', price: 3_150 },
  { market: 'SOL-USDT', price: 148 },
] as const;

/** How far, in parts, and how long a swing is: weeks, days, hours, minutes. */
const SWINGS = [
  { share: 0.11, ms: 11 * DAY_MS },
  { share: 0.05, ms: 2 * DAY_MS },
  { share: 0.024, ms: 7 * HOUR_MS },
  { share: 0.011, ms: 70 * MINUTE_MS },
  { share: 0.0035, ms: 11 * MINUTE_MS },
];

const priceAt = (market: string, price: number, at: number): number =>
  price *
  Math.exp(
    SWINGS.reduce((sum, { share, ms }, index) => sum + share * (2 * drift(`${market} ${index}`, at, ms) - 1), 0),
  );

/** Whole candles from one instant up to another, in ticks of the market. */
export function candlesOf(
  { market, price }: { market: string; price: number },
  tickSize: number,
  { from, until }: { from: number; until: number },
): Columns {
  const first = Math.ceil(from / INTERVAL_MS) * INTERVAL_MS;
  const count = Math.max(0, Math.floor((until - first) / INTERVAL_MS));
  const column = () => new Int32Array(count);
  const columns = { at: new Float64Array(count), open: column(), high: column(), low: column(), close: column() };
  const ticks = (at: number) => Math.round(priceAt(market, price, at) / tickSize);
  for (let index = 0; index < count; index += 1) {
    const at = first + index * INTERVAL_MS;
    const [open, middle, close] = [ticks(at), ticks(at + INTERVAL_MS / 2), ticks(at + INTERVAL_MS)];
    const wick = (name: string) => Math.round(open * 0.0009 * chance(`${market} ${name}`, at) ** 2);
    columns.at[index] = at;
    columns.open[index] = open;
    columns.close[index] = close;
    columns.high[index] = Math.max(open, middle, close) + wick('high');
    columns.low[index] = Math.max(1, Math.min(open, middle, close) - wick('low'));
  }
  return columns;
}

export interface MadeUpBot {
  name: string;
  settings: BotSettings;
}

const dca = (settings: Parameters<typeof DcaSettings.parse>[0]): DcaSettings => DcaSettings.parse(settings);

const DIPS = dca({
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '200',
  averagingOrders: { count: 6, size: '200', deviationPercent: '0.8', stepScale: '1.25', volumeScale: '1.35' },
  takeProfit: { percent: '1.1', includeFees: true },
});

const RANGE = dca({
  market: 'ETH-USDT',
  direction: 'long',
  baseOrder: '150',
  averagingOrders: { count: 5, size: '150', deviationPercent: '0.7', stepScale: '1.3', volumeScale: '1.3' },
  takeProfit: { percent: '1.6', steps: [{ percent: '0.8', sharePercent: '50' }] },
  stopLoss: { percent: '9', basis: 'base' },
  cooldownSeconds: 900,
});

const SHORT = dca({
  market: 'SOL-USDT',
  direction: 'short',
  baseOrder: '120',
  averagingOrders: { count: 5, size: '120', deviationPercent: '1', stepScale: '1.2', volumeScale: '1.4' },
  takeProfit: { percent: '1.3', trailingPercent: '0.3' },
  stopLoss: { percent: '12', basis: 'base' },
});

/** As many as the smaller paid plan of the catalogue that comes with Tidegate allows. */
export const BOTS: readonly MadeUpBot[] = [
  { name: 'BTC dips', settings: BotSettings.parse(DIPS) },
  { name: 'ETH range', settings: BotSettings.parse(RANGE) },
  { name: 'SOL short', settings: BotSettings.parse(SHORT) },
];

export const BACKTESTS: readonly MadeUpBot[] = [
  { name: 'BTC dips, as it runs', settings: BotSettings.parse(DIPS) },
  {
    name: 'BTC dips, wider ladder',
    settings: BotSettings.parse({ ...DIPS, averagingOrders: { ...DIPS.averagingOrders, deviationPercent: '1.4' } }),
  },
  {
    name: 'ETH range without a stop',
    settings: BotSettings.parse({ ...RANGE, stopLoss: undefined }),
  },
];

export interface MadeUpSweep {
  settings: DcaSettings;
  vary: SweptSetting[];
  walkForward?: { trainCandles: number; testCandles: number };
}

const TAKE_PROFITS = { setting: 'takeProfit.percent', values: ['0.6', '0.9', '1.2', '1.5', '1.8', '2.4'] } as const;
const DEVIATIONS = {
  setting: 'averagingOrders.deviationPercent',
  values: ['0.5', '0.8', '1.1', '1.4', '1.8', '2.2'],
} as const;

export const SWEEPS: readonly MadeUpSweep[] = [
  {
    settings: DIPS,
    vary: [
      { ...TAKE_PROFITS, values: [...TAKE_PROFITS.values] },
      { ...DEVIATIONS, values: [...DEVIATIONS.values] },
    ],
  },
  {
    settings: DIPS,
    vary: [
      { ...TAKE_PROFITS, values: TAKE_PROFITS.values.slice(1, 4) },
      { ...DEVIATIONS, values: DEVIATIONS.values.slice(1, 4) },
    ],
    walkForward: { trainCandles: 2_016, testCandles: 1_008 },
  },
];
