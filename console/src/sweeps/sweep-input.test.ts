import { combinationsOf, varyOf } from './sweep-input.rules.ts';

test('values are separated by commas, semicolons or spaces, each once; a setting without any is not varied', () => {
  const vary = varyOf({ 'takeProfit.percent': '1, 1.5;2  2', 'averagingOrders.count': '3 5', 'stopLoss.percent': ' ' });
  expect(vary).toEqual([
    { setting: 'takeProfit.percent', values: ['1', '1.5', '2'] },
    { setting: 'averagingOrders.count', values: [3, 5] },
  ]);
  expect(combinationsOf(vary)).toBe(6);
  expect(combinationsOf([])).toBe(0);
});
