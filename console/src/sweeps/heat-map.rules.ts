import type { Sweep, SweepResult } from '@tidegate/client';

/* A sweep as a map of two of its settings; others are fixed at a value each. Cells hold texts: money stays exact. */
export type Figure = 'profit' | 'maxDrawdown' | 'maxCapital' | 'closedTrades';

export interface Cell {
  x: string;
  y: string;
  /** Undefined: these values cannot work together and were not run. */
  result: SweepResult | undefined;
  /** From 0, the worst, to 1, the best of the map. */
  shade: number;
}

export interface HeatMap {
  xs: string[];
  ys: string[];
  rows: Cell[][];
}

type Varied = Sweep['vary'][number];

/** The two settings of the map: those that were asked for, or the first two with several values. */
export function axesOf(vary: readonly Varied[], x?: string, y?: string): [Varied | undefined, Varied | undefined] {
  const several = vary.toSorted((a, b) => Number(b.values.length > 1) - Number(a.values.length > 1));
  const first = vary.find(({ setting }) => setting === x) ?? several.find(({ setting }) => setting !== y);
  const second = vary.find((one) => one.setting === y && one !== first) ?? several.find((one) => one !== first);
  return [first, second];
}

/** What the map fixes of the other settings: what the best result has. */
export const fixedOf = (
  vary: readonly Varied[],
  shown: readonly (Varied | undefined)[],
  best: SweepResult | undefined,
) =>
  vary
    .filter((one) => !shown.includes(one))
    .map(({ setting }) => ({ setting, value: String(best?.values[setting] ?? '') }));

export function heatMap(
  results: readonly SweepResult[],
  [x, y]: readonly [Varied | undefined, Varied | undefined],
  fixed: readonly { setting: string; value: string }[],
  figure: Figure,
): HeatMap {
  const shown = results.filter(({ values }) => fixed.every((one) => String(values[one.setting]) === one.value));
  const key = (a: string, b: string) => `${a}\n${b}`;
  const of = (result: SweepResult, axis: Varied | undefined) => (axis ? String(result.values[axis.setting]) : '');
  const found = new Map(shown.map((result) => [key(of(result, x), of(result, y)), result]));
  const [xs, ys] = [x, y].map((axis) => axis?.values.map(String) ?? ['']) as [string[], string[]];
  const numbers = shown.map((result) => worth(result, figure));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const rows = ys.map((b) =>
    xs.map((a): Cell => {
      const result = found.get(key(a, b));
      const shade = result && high > low ? (worth(result, figure) - low) / (high - low) : result ? 1 : 0;
      return { x: a, y: b, result, shade };
    }),
  );
  return { xs, ys, rows };
}

/** Higher is better: of drawdown and capital less is. Only shades follow from it. */
const worth = (result: SweepResult, figure: Figure): number => {
  if (figure === 'profit') return Number(result.profit);
  if (figure === 'closedTrades') return result.closedTrades;
  return -Number(result[figure]);
};
