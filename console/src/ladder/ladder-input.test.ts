import { changesOf, EXAMPLE, formOf, settingsOf } from './ladder-input.rules.ts';

const SETTINGS = {
  market: 'BTC-USDT',
  direction: 'long' as const,
  baseOrder: '100',
  averagingOrders: {
    count: 3,
    size: '100',
    deviationPercent: '1',
    stepScale: '1',
    volumeScale: '1',
    deviationFrom: 'lastFill' as const,
    activeLimit: 2,
  },
  takeProfit: { percent: '1.5', basis: 'base' as const, includeFees: true, trailingPercent: '0.3' },
  stopLoss: { percent: '10', basis: 'average' as const, timeoutSeconds: 60 },
  cooldownSeconds: 60,
};

test('settings that the form does not show survive an edit', () => {
  expect(settingsOf(formOf(SETTINGS), SETTINGS)).toEqual(SETTINGS);
  const edited = settingsOf({ ...formOf(SETTINGS), takeProfit: '2,5' }, SETTINGS);
  expect(edited).toEqual({ ...SETTINGS, takeProfit: { ...SETTINGS.takeProfit, percent: '2.5' } });
  expect(settingsOf({ ...formOf(SETTINGS), stopLoss: ' ' }, SETTINGS)).not.toHaveProperty('stopLoss');
});

test('only what means something else is a change', () => {
  const before = { ...EXAMPLE, market: 'BTC-USDT' };
  expect(changesOf(before, { ...before, takeProfit: '1,50', size: '0100.0' })).toEqual([]);
  expect(changesOf(before, { ...before, takeProfit: '2', stopLoss: '10' })).toEqual([
    { field: 'takeProfit', from: '1.5', to: '2' },
    { field: 'stopLoss', from: '', to: '10' },
  ]);
});
