import type { CandleSeries } from '@tidegate/client';
import { useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { seriesKey } from '../ladder/feed.rules.ts';
import { seriesName } from '../ladder/feed-fields.tsx';

/** Which candles there are. Those that were imported can be deleted. */
export function ListSeries() {
  const series = useRead('candlesListSeries', {}, { everyMs: 30_000 });
  const may = useMay()('candlesDelete');
  const remove = useWrite('candlesDelete');
  const columns: Column<CandleSeries>[] = [
    { key: 'market', title: t('Market'), value: ({ market }) => market },
    { key: 'candles', title: t('Candles'), value: (one) => seriesName(one) },
    { key: 'count', title: t('How many'), number: true, value: ({ candles }) => candles },
    { key: 'from', title: t('From'), value: ({ from }) => from, cell: ({ from }) => <Moment at={from} /> },
    { key: 'to', title: t('To'), value: ({ to }) => to, cell: ({ to }) => <Moment at={to} /> },
    {
      key: 'delete',
      title: '',
      value: () => undefined,
      cell: ({ market, source, interval, candles }) =>
        may && source === 'imported' ? (
          <Confirm
            label={t('Delete')}
            question={t('Delete {count, plural, one {# candle} other {# candles}} of {market}?', {
              count: candles,
              market: `${market} ${interval}`,
            })}
            consequence={t(
              'Bots over them keep their history and wait for new candles; results of backtests and sweeps stay.',
            )}
            typed={`${market} ${interval}`}
            onYes={() => remove.mutate({ market, interval })}
          />
        ) : null,
    },
  ];
  return (
    <section className="stack" aria-label={t('Candles that there are')}>
      <h2>{t('Candles that there are')}</h2>
      <ProblemNote error={remove.error} />
      <Reading of={series}>
        {({ items }) => (
          <DataTable
            part="series"
            name={t('Candles that there are')}
            rows={items}
            columns={columns}
            rowKey={(one) => `${one.market} ${seriesKey(one)}`}
          />
        )}
      </Reading>
    </section>
  );
}
