import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { Fact } from '../kernel/fact.tsx';
import { short } from '../kernel/format.ts';
import { Amount, Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';

/** What the bot had earned over time, and how far below its best that was. */
export function BotEquity({ botId }: { botId: string }) {
  const equity = useRead('botsEquity', { botId }, { everyMs: 30_000 });
  const items = equity.data?.items;
  const chart = useMemo(
    () =>
      items && {
        instants: items.map(({ at }) => Date.parse(at)),
        equity: [
          { label: t('Closed and open profit'), color: '--series-1', values: items.map((one) => Number(one.equity)) },
        ],
        drawdown: [{ label: t('Drawdown'), color: '--series-2', values: items.map((one) => Number(one.drawdown)) }],
      },
    [items],
  );
  return (
    <Reading of={equity}>
      {({ items: points, currency, maxDrawdown }) => {
        const [first, last] = [points[0], points.at(-1)];
        if (!first || !last || !chart)
          return <Empty title={t('No trade yet')}>{t('Equity is drawn from the first fill on.')}</Empty>;
        const range = { from: first.at, to: last.at };
        return (
          <>
            <dl className="facts">
              <Fact name={t('Equity now')} value={<Profit amount={last.equity} currency={currency} />} />
              <Fact name={t('Deepest drawdown')} value={<Amount amount={maxDrawdown} currency={currency} />} />
            </dl>
            <TimeChart
              title={t('Equity in {currency}', { currency })}
              summary={t('ends at {profit}', { profit: last.equity })}
              range={range}
              instants={chart.instants}
              series={chart.equity}
              format={short}
            />
            <TimeChart
              title={t('Drawdown in {currency}', { currency })}
              summary={t('at deepest {amount}', { amount: maxDrawdown })}
              range={range}
              instants={chart.instants}
              series={chart.drawdown}
              format={short}
              height={140}
            />
          </>
        );
      }}
    </Reading>
  );
}
