import { z } from 'zod';
import { Big, type Fraction } from '../kernel/exact.rules.ts';
import type { Memory } from './decide-martingale.rules.ts';

/** Averages are left out by JSON where there is none yet. */
const Average = z.object({ period: z.int(), seen: z.int(), sum: z.number(), value: z.number().optional() });
const toAverage = Average.transform((one) => ({ ...one, value: one.value }));

export const StoredMemory = z.object({
  cash: Big,
  unjudged: z.object({ close: Big, mayOpen: z.boolean() }).optional(),
  signals: z
    .object({
      fast: toAverage,
      slow: toAverage,
      hourly: toAverage,
      hour: z
        .object({ number: z.int(), close: z.number() })
        .optional()
        .transform((hour) => hour),
      atr: z
        .object({ lastClose: z.number().optional(), range: toAverage })
        .transform((atr) => ({ ...atr, lastClose: atr.lastClose })),
      ranges: z.array(z.number()),
      closes: z.array(z.number()),
    })
    .transform((signals) => ({ ...signals, hour: signals.hour })),
});

/** For finer steps of the market; prices that were seen are in ticks, and so are ranges of them. */
export function rescaledMemory(
  memory: Memory,
  scaled: { cash: (amount: bigint) => bigint; price: (ticks: bigint) => bigint },
  { n, d }: Fraction,
): Memory {
  const by = Number(n) / Number(d);
  const { unjudged } = memory;
  const { fast, slow, hourly, hour, atr, ranges, closes } = memory.signals;
  const average = <One extends { sum: number; value: number | undefined }>(one: One): One => ({
    ...one,
    sum: one.sum * by,
    value: one.value === undefined ? undefined : one.value * by,
  });
  return {
    cash: scaled.cash(memory.cash),
    unjudged: unjudged && { ...unjudged, close: scaled.price(unjudged.close) },
    signals: {
      fast: average(fast),
      slow: average(slow),
      hourly: average(hourly),
      hour: hour && { ...hour, close: hour.close * by },
      atr: { lastClose: atr.lastClose === undefined ? undefined : atr.lastClose * by, range: average(atr.range) },
      ranges: ranges.map((range) => range * by),
      closes: closes.map((close) => close * by),
    },
  };
}
