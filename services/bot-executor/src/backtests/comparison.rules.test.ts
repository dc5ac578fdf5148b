import type { Backtest } from '@tidegate/contracts/bot-executor/backtests';
import { settingsA } from '../../test/markets.ts';
import { differentFigures, differentSettings } from './comparison.rules.ts';

test('two settings differ by path, a missing one as null, and lists by place', () => {
  const first = settingsA('long', { takeProfit: { percent: '1.5' } });
  const second = {
    ...first,
    takeProfit: { ...first.takeProfit, percent: '2', steps: [{ percent: '1', sharePercent: '50' }] },
  };
  expect(differentSettings(first, second)).toEqual([
    { setting: 'takeProfit.percent', first: '1.5', second: '2' },
    { setting: 'takeProfit.steps.0.percent', first: null, second: '1' },
    { setting: 'takeProfit.steps.0.sharePercent', first: null, second: '50' },
  ]);
  expect(differentSettings(first, { strategy: 'dca', ...first })).toEqual([]);
});

test('figures differ to the last digit; money of two currencies does not, counts do', () => {
  const one = { currency: 'USDT', profit: '0.1', closedTrades: 3 } as Backtest;
  const profit = { figure: 'profit', first: '0.1', second: '0.30000000000000000001' };
  const trades = { figure: 'closedTrades', first: '3', second: '1', difference: '-2' };
  const other = { currency: 'USDT', profit: profit.second, closedTrades: 1 } as Backtest;
  expect(differentFigures(one, other)).toEqual([{ ...profit, difference: '0.20000000000000000001' }, trades]);
  expect(differentFigures(one, { ...other, currency: 'EUR' })).toEqual([{ ...profit, difference: null }, trades]);
});
