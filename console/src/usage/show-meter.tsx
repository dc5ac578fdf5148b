import { getRouteApi } from '@tanstack/react-router';
import type { RecordedEvent } from '@tidegate/client';
import { useMemo } from 'react';
import { usePages, useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { exact, short } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { pageNow } from '../kernel/page-clock.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';

const route = getRouteApi('/o/$org/usage/$meter');
const DAYS_MS = 30 * 86_400_000;

/** The days of one meter, and the events behind them. */
export function ShowMeter() {
  const { meter } = route.useParams();
  const range = useMemo(() => {
    const to = Math.ceil(pageNow() / 3_600_000) * 3_600_000;
    return { from: new Date(to - DAYS_MS).toISOString(), to: new Date(to).toISOString() };
  }, []);
  const history = useRead('usageHistory', { meter, ...range, granularity: 'day' });
  const events = usePages('usageEvents', { meter, ...range, limit: 50 });
  const items = history.data?.items;
  const instants = useMemo(() => items?.map(({ start }) => Date.parse(start)) ?? [], [items]);
  const series = useMemo(
    () => [{ label: t('Used'), color: '--series-1', values: items?.map(({ quantity }) => quantity) ?? [] }],
    [items],
  );
  return (
    <Page title={meter}>
      <Reading of={history}>
        {({ total, timeZone }) => (
          <TimeChart
            title={t('By day, in {zone}', { zone: timeZone })}
            summary={t('{total} in 30 days', { total: exact(total) })}
            range={range}
            instants={instants}
            series={series}
            format={short}
          />
        )}
      </Reading>
      <h2>{t('Events')}</h2>
      <Reading of={events}>
        {(data) => (
          <DataTable
            name={t('Events')}
            rows={data.items}
            columns={columns()}
            rowKey={({ source, id }) => `${source} ${id}`}
            more={data.more}
          />
        )}
      </Reading>
    </Page>
  );
}

const columns = (): Column<RecordedEvent>[] => [
  { key: 'time', title: t('Time'), value: ({ time }) => time, cell: ({ time }) => <Moment at={time} /> },
  {
    key: 'quantity',
    title: t('Quantity'),
    number: true,
    value: ({ quantity }) => quantity,
    cell: ({ quantity }) => exact(quantity),
  },
  { key: 'source', title: t('Source'), value: ({ source }) => source },
  {
    key: 'id',
    title: t('Id'),
    wide: true,
    value: ({ id }) => id,
    cell: ({ id }) => <span className="mono">{id}</span>,
  },
  {
    key: 'corrects',
    title: t('Correction'),
    wide: true,
    value: ({ corrects }) => (corrects ? `${corrects.action} ${corrects.id}: ${corrects.reason}` : null),
  },
];
