import type { SweepDetail, WalkForwardWindow } from '@tidegate/client';
import { profitColumn } from '../kernel/amount-column.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { rounded } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Profit } from '../kernel/profit.tsx';
import { t } from '../kernel/strings.ts';
import classes from './heat-map.module.css';
import { settingsText } from './sweep-words.ts';

/** What the best settings of each range earned in it, and in the range after it that they had not seen. */
export function WalkForward({ sweep, currency }: { sweep: SweepDetail; currency: string }) {
  const { outOfSample, windows } = sweep;
  const columns: Column<WalkForwardWindow>[] = [
    {
      key: 'test',
      title: t('Tested from'),
      value: ({ test }) => test.from,
      cell: ({ test }) => <Moment at={test.from} />,
    },
    { key: 'until', title: t('to'), value: ({ test }) => test.to, cell: ({ test }) => <Moment at={test.to} /> },
    {
      key: 'values',
      title: t('Best settings before'),
      wide: true,
      value: ({ values }) => settingsText(values),
    },
    profitColumn({
      key: 'trained',
      title: t('Trained: closed profit'),
      amount: ({ trained }) => trained.profit,
      currency: () => currency,
    }),
    profitColumn({
      key: 'tested',
      title: t('Tested: closed profit'),
      amount: ({ tested }) => tested.profit,
      currency: () => currency,
    }),
    profitColumn({
      key: 'open',
      title: t('Tested: open profit'),
      amount: ({ tested }) => tested.openProfit,
      currency: () => currency,
    }),
  ];
  return (
    <>
      {outOfSample ? (
        <section aria-label={t('Out of sample')}>
          <h2>{t('Out of sample')}</h2>
          <p className={classes['total']}>
            <Profit amount={outOfSample.profit} currency={currency} />
          </p>
          <p className="quiet">
            {t(
              'In {trades, plural, one {# trade} other {# trades}} over all test ranges, after fees of {fees}: this is what lasted.',
              {
                trades: outOfSample.closedTrades,
                fees: `${rounded(outOfSample.fees)} ${currency}`,
              },
            )}
          </p>
        </section>
      ) : null}
      <h2>{t('Windows')}</h2>
      <DataTable part="windows" name={t('Windows')} rows={windows} columns={columns} rowKey={({ test }) => test.from} />
    </>
  );
}
