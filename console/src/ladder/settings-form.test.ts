import type { BotSettings, DcaSettings as Ladder, MartingaleEmaSettings as Martingale } from '@tidegate/client';
import { BotSettings as Contract, DcaSettings, MartingaleEmaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { z } from 'zod';
import { fieldsOf, placesOf, STRATEGIES, type Strategy } from './setting-sections.rules.ts';
import { changesOf, EXAMPLE, formOf, isAnySet, isUsed, settingsOf, UNSET } from './settings-form.rules.ts';

const SETTINGS: Ladder = {
  strategy: 'dca',
  market: 'BTC-USDT',
  direction: 'short',
  baseOrder: '100',
  averagingOrders: {
    count: 3,
    size: '100',
    deviationPercent: '1',
    stepScale: '1.1',
    volumeScale: '1.2',
    deviationFrom: 'lastFill',
    activeLimit: 2,
  },
  takeProfit: {
    percent: '1.5',
    basis: 'base',
    includeFees: true,
    steps: [
      { percent: '0.5', sharePercent: '30' },
      { percent: '1', sharePercent: '20' },
    ],
    trailingPercent: '0.3',
  },
  stopLoss: { percent: '10', basis: 'average', breakEvenAtPercent: '0.8', timeoutSeconds: 60 },
  cooldownSeconds: 60,
  maxTrades: 5,
  minPrice: '10',
  maxPrice: '90000',
  futures: { leverage: '5', fundingRatePercent: '-0.01', fundingEveryHours: 4 },
};
const OTHER: Martingale = {
  strategy: 'martingale-ema',
  market: 'BTC-USDT',
  direction: 'long',
  balance: '1000',
  futures: { leverage: '10', fundingRatePercent: '0', fundingEveryHours: 8 },
  openPercent: '0.7',
  maxMarginPercent: '40',
  closeAtReturnPercent: '12',
};

/** Every place of a contract that holds a value. */
function placesIn(schema: z.ZodType, at = ''): string[] {
  const def = schema.def as unknown as { innerType?: z.ZodType; shape?: Record<string, z.ZodType> };
  if (def.innerType) return placesIn(def.innerType, at);
  if (!def.shape) return [at];
  return Object.entries(def.shape).flatMap(([key, below]) => placesIn(below, at ? `${at}.${key}` : key));
}

test('the form has every setting of every strategy', () => {
  const contracts: Record<Strategy, z.ZodType> = { dca: DcaSettings, 'martingale-ema': MartingaleEmaSettings };
  for (const strategy of STRATEGIES as Strategy[])
    expect(['strategy', ...fieldsOf(strategy).map(({ place }) => place)].toSorted()).toEqual(
      placesIn(contracts[strategy]).toSorted(),
    );
});

test('nothing that the API has set is lost by an edit, whichever setting it is', () => {
  for (const settings of [SETTINGS, OTHER]) {
    expect(Contract.parse(settings)).toEqual(settings);
    expect(settingsOf(formOf(settings), settings)).toEqual(settings);
    expect(changesOf(formOf(settings), formOf(settings))).toEqual([]);
  }
  const edited = settingsOf({ ...formOf(SETTINGS), cooldownSeconds: ' ', minPrice: '12,5' }, SETTINGS);
  const { cooldownSeconds: _, ...others } = SETTINGS;
  expect(edited).toEqual({ ...others, minPrice: '12.5' });
  // One that this console does not know yet.
  const newer = { ...SETTINGS, takeProfit: { ...SETTINGS.takeProfit, soon: '1' } } as BotSettings;
  expect(settingsOf(formOf(newer), newer)).toEqual(newer);
});

test('what is not typed is as the API sets it, and the example can be sent', () => {
  const sent = settingsOf({ ...EXAMPLE, market: 'BTC-USDT' });
  expect(formOf(Contract.parse(sent))).toEqual({ ...EXAMPLE, market: 'BTC-USDT', balance: '' });
  const form = { ...EXAMPLE, strategy: 'martingale-ema' as const, market: 'BTC-USDT' };
  const other = settingsOf({ ...form, futures: { ...form.futures, leverage: '5' } });
  expect(other).not.toHaveProperty('averagingOrders');
  const { openPercent, maxMarginPercent, closeAtReturnPercent, futures } = UNSET;
  expect(Contract.parse(other)).toMatchObject({ openPercent, maxMarginPercent, closeAtReturnPercent });
  const { openPercent: _, maxMarginPercent: __, closeAtReturnPercent: ___, ...needed } = OTHER;
  const bare = formOf(Contract.parse({ ...needed, futures: { leverage: '5' } }));
  expect(bare).toMatchObject({ openPercent, maxMarginPercent, closeAtReturnPercent });
  expect(bare.futures).toEqual({ ...futures, leverage: '5' });
});

test('a stop loss or borrowed money that is taken away takes with it what belongs to it', () => {
  const form = formOf(SETTINGS);
  const without = { ...form, stopLoss: { ...form.stopLoss, percent: '' }, futures: { ...form.futures, leverage: '' } };
  const sent = settingsOf(without, SETTINGS);
  expect(sent).not.toHaveProperty('stopLoss');
  expect(sent).not.toHaveProperty('futures');
  const depends = fieldsOf('dca').filter(({ within }) => within);
  expect(depends.map((field) => isUsed(field, without))).toEqual(depends.map(() => false));
  expect(depends.map((field) => isUsed(field, form))).toEqual(depends.map(() => true));
});

test('what cannot be a number is sent as it is typed, to be refused at its field; nothing is no zero', () => {
  const averagingOrders = { ...EXAMPLE.averagingOrders, count: 'five' };
  expect(settingsOf({ ...EXAMPLE, averagingOrders })).toMatchObject({ averagingOrders: { count: 'five' } });
  const sent = settingsOf({ ...EXAMPLE, averagingOrders: { ...averagingOrders, count: '' } });
  expect('averagingOrders' in sent && 'count' in sent.averagingOrders).toBe(false);
  expect(placesOf(formOf(SETTINGS))).toContain('takeProfit.steps.1.sharePercent');
});

test('only what means something else is a change', () => {
  const before = { ...EXAMPLE, market: 'BTC-USDT' };
  const { takeProfit, averagingOrders, stopLoss } = before;
  const same = {
    takeProfit: { ...takeProfit, percent: '1,50' },
    averagingOrders: { ...averagingOrders, size: '0100.0' },
  };
  expect(changesOf(before, { ...before, ...same })).toEqual([]);
  const changed = {
    takeProfit: { ...takeProfit, percent: '2', steps: [{ percent: '1', sharePercent: '50' }] },
    stopLoss: { ...stopLoss, percent: '10' },
  };
  expect(changesOf(before, { ...before, ...changed })).toEqual([
    { place: 'takeProfit.percent', from: '1.5', to: '2' },
    { place: 'takeProfit.steps.0.percent', from: undefined, to: '1' },
    { place: 'takeProfit.steps.0.sharePercent', from: undefined, to: '50' },
    { place: 'stopLoss.percent', from: undefined, to: '10' },
    { place: 'stopLoss.basis', from: undefined, to: 'base' },
  ]);
  expect(
    isAnySet(
      fieldsOf('dca').filter(({ within }) => within === 'stopLoss.percent'),
      before,
    ),
  ).toBe(false);
});
