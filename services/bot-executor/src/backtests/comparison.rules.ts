import type { Backtest } from '@tidegate/contracts/bot-executor/backtests';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { fraction, sub, toText } from '../kernel/exact.rules.ts';

type Value = string | number | boolean | null;

/** Settings by their paths; lists by place: `takeProfit.steps.1.percent`. */
function flat(value: unknown, path: string, into: Map<string, Value>): Map<string, Value> {
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) flat(inner, path === '' ? key : `${path}.${key}`, into);
  } else if (value !== undefined) into.set(path, value as Value);
  return into;
}

/** Those that differ, in the order of the first and then what only the second has. */
export function differentSettings(first: BotSettings, second: BotSettings) {
  const [a, b] = [first, second].map((settings) => flat({ strategy: 'dca', ...settings }, '', new Map()));
  const paths = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  return [...paths]
    .map((setting) => ({ setting, first: a?.get(setting) ?? null, second: b?.get(setting) ?? null }))
    .filter((one) => one.first !== one.second);
}

export const haveSameCandles = (a: Backtest, b: Backtest): boolean =>
  a.settings.market === b.settings.market &&
  a.marketVersion === b.marketVersion &&
  a.feed.source === b.feed.source &&
  a.feed.interval === b.feed.interval &&
  a.candles === b.candles &&
  a.from === b.from &&
  a.to === b.to;

const MONEY = ['profit', 'openProfit', 'fees', 'funding', 'maxCapital', 'maxDrawdown'] as const;
const COUNTS = ['closedTrades', 'winningTrades', 'fills', 'liquidations'] as const;

/** Money of two currencies has no difference. Figures that one of them lacks, because it is older, are left out. */
export function differentFigures(a: Backtest, b: Backtest) {
  return [...MONEY, ...COUNTS].flatMap((figure) => {
    const [first, second] = [a[figure], b[figure]];
    if (first === null || second === null || first === undefined || second === undefined) return [];
    const comparable = a.currency === b.currency || typeof first === 'number';
    const difference = comparable ? toText(sub(fraction(String(second)), fraction(String(first))), 24) : null;
    return [{ figure, first: String(first), second: String(second), difference }];
  });
}
