import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import type { CandleInterval, ImportOptions } from '@tidegate/contracts/bot-executor/candles';
import type { MarketRules } from '../markets/markets.rules.ts';
import type { FileRequest } from './csv/row-reader.ts';

export const defaultOptions: ImportOptions = {
  duplicates: 'identical',
  rounding: 'refuse',
  wrongRows: 'refuse',
  decimalMark: 'auto',
  sparse: false,
};

/** How a file is to be read. */
export const fileRequest = (
  market: MarketRules,
  interval: CandleInterval,
  how: { options: ImportOptions; maxRows: number },
): FileRequest => ({ market, interval, intervalMs: INTERVAL_MS[interval], ...how });

export const optionsOf = ({
  duplicates,
  rounding,
  wrongRows,
  zone,
  decimalMark,
  sparse,
}: ImportOptions): ImportOptions => ({
  duplicates,
  rounding,
  wrongRows,
  ...(zone === undefined ? {} : { zone }),
  decimalMark,
  sparse,
});
