import type { BotLine } from '@tidegate/client';
import { rounded } from '../kernel/format.ts';
import { Spark } from '../kernel/spark.tsx';
import { t } from '../kernel/strings.ts';

/** What a bot earned on each of the days up to its last candle: gains stand up, losses hang down. */
export function ProfitSpark({
  bot: { profitByDay, decidedUpTo, currency },
}: {
  bot: Pick<BotLine, 'profitByDay' | 'decidedUpTo' | 'currency'>;
}) {
  if (decidedUpTo === null || profitByDay.length === 0) return '–';
  const [worst = '0', ...others] = profitByDay.toSorted((a, b) => Number(a) - Number(b));
  return (
    <Spark
      values={profitByDay.map(Number)}
      label={t('Closed profit day by day up to {until} (UTC): at best {best}, at worst {worst} {currency}', {
        until: decidedUpTo.slice(0, 10),
        best: rounded(others.at(-1) ?? worst),
        worst: rounded(worst),
        currency,
      })}
    />
  );
}
