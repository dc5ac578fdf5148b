import type { CandleSeries, DcaSettings, Ladder, LadderLevel } from '@tidegate/client';
import { useMemo } from 'react';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Fact } from '../kernel/fact.tsx';
import { rounded } from '../kernel/format.ts';
import { Amount } from '../kernel/profit.tsx';
import { t } from '../kernel/strings.ts';
import { PriceChart } from './price-chart.tsx';

/** The ladder in the chart and as a table, with what it needs and what it can lose. */
export function LadderPreview({
  ladder,
  feed,
  direction,
}: {
  ladder: Ladder;
  feed: Pick<CandleSeries, 'source' | 'interval'>;
  direction: DcaSettings['direction'];
}) {
  const { levels, capital, fees, margin, worstLoss, currency, market } = ladder;
  const lines = useMemo(
    () => [
      ...levels.map(({ index, price }) => ({
        price,
        title: index === 0 ? t('first') : String(index),
        color: '--series-1',
      })),
      ...levels
        .slice(-1)
        .map(({ takeProfitPrice }) => ({ price: takeProfitPrice, title: t('take profit'), color: '--gain' })),
    ],
    [levels],
  );
  return (
    <section aria-label={t('What these settings do')} aria-live="polite">
      <PriceChart market={market} feed={feed} lines={lines} />
      <dl className="facts">
        <Fact name={t('Needs at most')} value={<Amount amount={capital} currency={currency} />} />
        <Fact name={t('Of it fees')} value={<Amount amount={fees} currency={currency} />} />
        <Fact name={t('In the wallet')} value={<Amount amount={margin} currency={currency} />} />
        <Fact
          name={t('Can lose at worst')}
          value={
            worstLoss === null ? (
              t('all of it: there is no stop loss')
            ) : (
              <Amount amount={worstLoss} currency={currency} />
            )
          }
        />
      </dl>
      <DataTable
        part="ladder"
        name={t('Orders of a trade')}
        rows={levels}
        columns={columns(direction === 'long')}
        rowKey={({ index }) => String(index)}
      />
    </section>
  );
}

/** A short sells above its first order, and earns when the price falls. */
const columns = (long: boolean): Column<LadderLevel>[] => [
  { key: 'index', title: t('No.'), number: true, value: ({ index }) => index },
  {
    key: 'deviation',
    title: long ? t('Below the first, %') : t('Above the first, %'),
    number: true,
    value: ({ deviationPercent }) => deviationPercent,
  },
  { key: 'price', title: t('Price'), number: true, value: ({ price }) => price },
  { key: 'size', title: t('Size'), number: true, value: ({ size }) => size, cell: ({ size }) => rounded(size) },
  {
    key: 'total',
    title: t('In all'),
    number: true,
    value: ({ totalSize }) => totalSize,
    cell: ({ totalSize }) => rounded(totalSize),
  },
  {
    key: 'average',
    title: t('Average'),
    number: true,
    value: ({ averagePrice }) => averagePrice,
    cell: ({ averagePrice }) => rounded(averagePrice),
  },
  { key: 'profit', title: t('Take profit at'), number: true, value: ({ takeProfitPrice }) => takeProfitPrice },
  {
    key: 'rebound',
    title: long ? t('Rise to it, %') : t('Fall to it, %'),
    number: true,
    value: ({ reboundPercent }) => reboundPercent,
    cell: ({ reboundPercent }) => rounded(reboundPercent),
  },
];
