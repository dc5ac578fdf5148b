import { PROFIT_DAYS } from '@tidegate/contracts/bot-executor/bot-lists';

const DAY_MS = 86_400_000;

/** Profit of the trades that a bot closed on a day, which is one of UTC as those of candles are. */
export interface ProfitOfDay {
  /** Days since 1970. */
  day: number;
  profit: string;
}

export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** Each of the days up to the one of an instant, oldest first; none where nothing was decided on yet. */
export function profitByDay(days: readonly ProfitOfDay[], until: number | undefined): string[] {
  if (until === undefined) return [];
  const profits = new Map(days.map(({ day, profit }) => [day, profit]));
  const first = dayOf(until) - PROFIT_DAYS + 1;
  return Array.from({ length: PROFIT_DAYS }, (_, at) => profits.get(first + at) ?? '0');
}
