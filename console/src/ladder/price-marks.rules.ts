/* What is drawn over candles. */
export interface DrawnFill {
  at: string;
  side: 'buy' | 'sell';
}

/** Digits behind the point of a market's tick: prices are shown with as many. */
export const decimalsOf = (tickSize: string): number => tickSize.split('.')[1]?.replace(/0+$/, '').length ?? 0;

/** One mark for each candle and side, with how many fills it stands for; fills before the first candle have none. */
export function fillsByCandle(
  fills: readonly DrawnFill[],
  starts: readonly number[],
): { at: number; side: 'buy' | 'sell'; count: number }[] {
  const marks = new Map<string, { at: number; side: 'buy' | 'sell'; count: number }>();
  let candle = 0;
  for (const { at, side } of fills.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const instant = Date.parse(at);
    while ((starts[candle + 1] ?? Number.POSITIVE_INFINITY) <= instant) candle += 1;
    const start = starts[candle];
    if (start === undefined || start > instant) continue;
    const mark = marks.get(`${start} ${side}`) ?? { at: start, side, count: 0 };
    mark.count += 1;
    marks.set(`${start} ${side}`, mark);
  }
  return [...marks.values()];
}
