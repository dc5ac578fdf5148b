import type { Market } from '@tidegate/client';
import { useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { decimal } from '../kernel/format.ts';
import { May, useMay } from '../kernel/may.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { ChangeMarket, CreateMarket } from './market-dialog.tsx';

/** Markets of the organisation's own, for candles that it imports. */
export function OwnMarkets() {
  const markets = useRead('marketsList', {});
  const may = useMay()('marketsDelete');
  const remove = useWrite('marketsDelete');
  const columns: Column<Market>[] = [
    { key: 'market', title: t('Market'), value: ({ market }) => market },
    { key: 'pair', title: t('What is traded'), value: ({ base, quote }) => `${base} / ${quote}` },
    { key: 'tick', title: t('Step of prices'), number: true, value: ({ tickSize }) => tickSize },
    { key: 'lot', title: t('Step of quantities'), number: true, value: ({ lotSize }) => lotSize },
    { key: 'notional', title: t('Smallest order'), number: true, value: ({ minNotional }) => minNotional },
    {
      key: 'fee',
      title: t('Fee, %'),
      number: true,
      value: ({ feePercent }) => feePercent,
      cell: ({ feePercent }) => decimal(feePercent),
    },
    { key: 'version', title: t('Version'), number: true, value: ({ version }) => version },
    {
      key: 'acts',
      title: '',
      value: () => undefined,
      cell: (one) =>
        may ? (
          <span className="row">
            <ChangeMarket market={one} />
            <Confirm
              label={t('Delete')}
              question={t('Delete the market {market}?', { market: one.market })}
              consequence={t('Only one without candles and without bots can be deleted.')}
              onYes={() => remove.mutate({ market: one.market })}
            />
          </span>
        ) : null,
    },
  ];
  return (
    <section className="stack" aria-label={t('Markets of your own')}>
      <h2>{t('Markets of your own')}</h2>
      <May op="marketsCreate">
        <div className="row">
          <CreateMarket />
        </div>
      </May>
      <ProblemNote error={remove.error} />
      <Reading of={markets}>
        {({ items }) => {
          const own = items.filter(({ custom }) => custom);
          return own.length === 0 ? (
            <p className="quiet">{t('None yet. One is needed for prices of what Tidegate does not bring along.')}</p>
          ) : (
            <DataTable
              part="markets"
              name={t('Markets of your own')}
              rows={own}
              columns={columns}
              rowKey={({ market }) => market}
            />
          );
        }}
      </Reading>
    </section>
  );
}
