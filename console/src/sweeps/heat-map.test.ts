import type { SweepResult } from '@tidegate/client';
import { axesOf, fixedOf, heatMap } from './heat-map.rules.ts';

const vary = [
  { setting: 'direction' as const, values: ['long'] },
  { setting: 'takeProfit.percent' as const, values: ['1', '2'] },
  { setting: 'averagingOrders.count' as const, values: [1, 2] },
  { setting: 'stopLoss.percent' as const, values: ['5', '9'] },
];
const result = (tp: string, count: number, stop: string, profit: string, rank: number) =>
  ({
    rank,
    values: { direction: 'long', 'takeProfit.percent': tp, 'averagingOrders.count': count, 'stopLoss.percent': stop },
    profit,
    openProfit: '0',
    closedTrades: rank,
    maxDrawdown: profit,
  }) as unknown as SweepResult;
const results = [
  result('2', 1, '9', '30', 1),
  result('1', 1, '9', '10', 2),
  result('1', 2, '9', '-10', 3),
  result('1', 1, '5', '99', 4),
];

test('the map shows two settings of several values, others as the best result has them, and what was refused as a hole', () => {
  const axes = axesOf(vary);
  expect(axes.map((axis) => axis?.setting)).toEqual(['takeProfit.percent', 'averagingOrders.count']);
  const fixed = fixedOf(vary, axes, results[0]);
  expect(fixed).toEqual([
    { setting: 'direction', value: 'long' },
    { setting: 'stopLoss.percent', value: '9' },
  ]);
  const { xs, ys, rows } = heatMap(results, axes, fixed, 'profit');
  expect([xs, ys]).toEqual([
    ['1', '2'],
    ['1', '2'],
  ]);
  expect(rows.map((row) => row.map((cell) => [cell.result?.profit, cell.shade]))).toEqual([
    [
      ['10', 0.5],
      ['30', 1],
    ],
    [
      ['-10', 0],
      [undefined, 0],
    ],
  ]);
  // Of drawdown less is better.
  expect(heatMap(results, axes, fixed, 'maxDrawdown').rows[0]?.map(({ shade }) => shade)).toEqual([0.5, 0]);
});

test('chosen axes are used, never one for both', () => {
  const names = (x?: string, y?: string) => axesOf(vary, x, y).map((axis) => axis?.setting);
  expect(names('stopLoss.percent', 'takeProfit.percent')).toEqual(['stopLoss.percent', 'takeProfit.percent']);
  expect(new Set(names('stopLoss.percent', 'stopLoss.percent')).size).toBe(2);
  expect(names(undefined, 'takeProfit.percent')).toEqual(['averagingOrders.count', 'takeProfit.percent']);
  expect(axesOf(vary.slice(0, 1))[1]).toBeUndefined();
});
