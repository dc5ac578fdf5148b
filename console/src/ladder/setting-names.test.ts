import type { BotSettings } from '@tidegate/client';
import { leverageOf, settingGroups, settingsIn } from './setting-names.ts';

const LADDER = {
  market: 'BTC-USDT',
  direction: 'short',
  baseOrder: '1000.50',
  averagingOrders: {
    ...{ count: 5, size: '100', deviationPercent: '1.5', stepScale: '1.2', volumeScale: '1.5', deviationFrom: 'base' },
  },
  takeProfit: {
    ...{ percent: '3', basis: 'average', includeFees: true },
    steps: [
      { percent: '1', sharePercent: '50' },
      { percent: '2', sharePercent: '25' },
    ],
  },
} as BotSettings;
const said = (settings: BotSettings) =>
  Object.fromEntries(settingsIn(settings).map(({ place, value }) => [place, value]));

test('every setting is said in words, with what is not set and matters', () => {
  const all = settingsIn(LADDER);
  expect(said(LADDER)).toMatchObject({
    strategy: 'DCA: a ladder of orders',
    market: 'BTC-USDT',
    direction: 'short',
    baseOrder: '1,000.50',
    'averagingOrders.deviationFrom': 'the first order',
    'takeProfit.includeFees': 'yes',
    'stopLoss.percent': 'none',
    'futures.leverage': 'none: nothing is borrowed',
  });
  expect(all.map(({ name }) => name).filter((name) => /^[a-z]/.test(name))).toEqual([]);
  const steps = all.findIndex(({ place }) => place === 'takeProfit.percent');
  expect(all.slice(steps + 1, steps + 5).map(({ name, value }) => `${name}: ${value}`)).toEqual([
    'Take profit, step 1, in per cent: 1',
    'Part that is sold at step 1, in per cent: 50',
    'Take profit, step 2, in per cent: 2',
    'Part that is sold at step 2, in per cent: 25',
  ]);
  expect(leverageOf(LADDER)).toBeUndefined();
  const groups = settingGroups({ ...LADDER, minPrice: '5' } as BotSettings);
  expect(groups.map(({ title }) => title)).toEqual(['What it trades', 'Orders', 'Exits', 'When a trade may begin']);
  expect(groups.map(({ settings }) => settings.at(-1)?.place)).toEqual([
    'futures.leverage',
    'averagingOrders.deviationFrom',
    'stopLoss.percent',
    'minPrice',
  ]);
});

test('what is borrowed stands near the beginning, also of the other strategy', () => {
  const futures = { leverage: '10', fundingRatePercent: '-0.01', fundingEveryHours: 8 as const };
  const settings: BotSettings = {
    ...{ strategy: 'martingale-ema', market: 'base', direction: 'long', balance: '1000' },
    ...{ futures, openPercent: '0.6', maxMarginPercent: '50', closeAtReturnPercent: '10' },
  };
  expect(settingsIn(settings).map(({ name, value }) => `${name}: ${value}`)).toEqual([
    'Strategy: Martingale, guided by moving averages',
    'Market: base',
    'Direction: long',
    'Leverage: 10',
    'What it may risk: 1,000',
    'Margin of the first order, in per cent of the balance: 0.6',
    'Most margin, in per cent of the balance: 50',
    'Closes all at a profit on the margin of, in per cent: 10',
    'Assumed funding rate, in per cent: \u22120.01',
    'Hours between fundings: 8',
  ]);
  expect(leverageOf(settings)).toBe('×10');
});
