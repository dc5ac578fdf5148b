import type { SweepsCreateInput } from '@tidegate/client';

type Varied = SweepsCreateInput['vary'][number];

/** Settings that the form varies. */
export const VARIABLE: readonly Varied['setting'][] = [
  'takeProfit.percent',
  'averagingOrders.count',
  'averagingOrders.deviationPercent',
  'averagingOrders.stepScale',
  'averagingOrders.volumeScale',
  'stopLoss.percent',
];

/** `1, 1.5; 2 3` are four values. A comma separates: decimals have a point. */
export function valuesOf(setting: string, text: string): Varied['values'] {
  const values = [...new Set(text.split(/[\s,;]+/).filter((value) => value !== ''))];
  return setting === 'averagingOrders.count' ? values.map(Number) : values;
}

export const varyOf = (typed: Record<string, string>): Varied[] =>
  Object.entries(typed)
    .map(([setting, text]) => ({ setting: setting as Varied['setting'], values: valuesOf(setting, text) }))
    .filter(({ values }) => values.length > 0);

export const combinationsOf = (vary: readonly Varied[]): number =>
  vary.length === 0 ? 0 : vary.reduce((product, { values }) => product * values.length, 1);
