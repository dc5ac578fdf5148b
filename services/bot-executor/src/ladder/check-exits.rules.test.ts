import type { FieldError } from '@tidegate/contracts/kernel/problem';
import { settingsA } from '../../test/markets.ts';
import { marketOf } from '../markets/built-in-markets.ts';
import { checkSettings } from './check-settings.rules.ts';
import { planOf } from './plan.rules.ts';

type Change = Parameters<typeof settingsA>[1];
const step = (percent: string, sharePercent: string) => ({ percent, sharePercent });

test.each<[string, 'long' | 'short', Change, string, string]>([
  [
    'steps that are not in order',
    'long',
    { takeProfit: { steps: [step('1', '20'), step('0.8', '20')] } },
    '/settings/takeProfit/steps/0/percent',
    'steps_not_ascending',
  ],
  [
    'a step beyond the last exit',
    'short',
    { takeProfit: { steps: [step('1.5', '20')] } },
    '/settings/takeProfit/steps/0/percent',
    'steps_not_ascending',
  ],
  [
    'shares that leave nothing',
    'long',
    { takeProfit: { steps: [step('0.5', '60'), step('1', '40')] } },
    '/settings/takeProfit/steps/1/sharePercent',
    'shares_too_large',
  ],
  [
    'a first step below the fees',
    'long',
    { takeProfit: { steps: [step('0.1', '20')] } },
    '/settings/takeProfit/steps/0/percent',
    'profit_below_fees',
  ],
  [
    'a trailing exit as wide as the profit',
    'long',
    { takeProfit: { trailingPercent: '1.5' } },
    '/settings/takeProfit/trailingPercent',
    'trailing_too_wide',
  ],
  [
    'a trailing exit that may fall below the fees',
    'short',
    { takeProfit: { trailingPercent: '1.4' } },
    '/settings/takeProfit/trailingPercent',
    'profit_below_fees',
  ],
  [
    'a rest after the steps that could not be sold',
    'long',
    { baseOrder: '12', takeProfit: { steps: [step('1', '65')] } },
    '/settings/takeProfit/steps/0/sharePercent',
    'below_minimum',
  ],
  [
    'a base order that could not be sold at its stop',
    'long',
    { baseOrder: '5.2', stopLoss: { percent: '10', basis: 'base' } },
    '/settings/baseOrder',
    'below_minimum',
  ],
  [
    'a base order that could not be bought back',
    'short',
    { baseOrder: '5.03' },
    '/settings/baseOrder',
    'below_minimum',
  ],
  [
    'a stop of 100 %',
    'long',
    { stopLoss: { percent: '100', basis: 'average' } },
    '/settings/stopLoss/percent',
    'stop_below_zero',
  ],
  [
    'break-even before the fees are paid',
    'long',
    { stopLoss: { percent: '5', basis: 'average', breakEvenAtPercent: '0.2' } },
    '/settings/stopLoss/breakEvenAtPercent',
    'break_even_too_early',
  ],
  [
    'a range without prices',
    'long',
    { minPrice: '60000', maxPrice: '50000' },
    '/settings/maxPrice',
    'price_range_empty',
  ],
  ['leverage', 'short', { futures: { leverage: '50' } }, '/settings/futures/leverage', 'liquidation_first'],
])('%s, %s', (_what, direction, change, field, code) => {
  const settings = settingsA(direction, change);
  const refusal = checkSettings(planOf(settings, marketOf(settings)), 5_000_000n);
  expect(refusal?.data['errors']).toEqual([expect.objectContaining<Partial<FieldError>>({ field, code })]);
});

test.each(['long', 'short'] as const)('all of them together, %s, where they make sense', (direction) => {
  const settings = settingsA(direction, {
    takeProfit: { percent: '2', steps: [step('0.6', '30'), step('1', '30')], trailingPercent: '0.5' },
    stopLoss: { percent: '4', basis: 'lastFill', breakEvenAtPercent: '0.8' },
    futures: { leverage: '3' },
    minPrice: '40000',
    maxPrice: '60000',
  });
  expect(checkSettings(planOf(settings, marketOf(settings)), 5_000_000n)).toBeUndefined();
});
