import { NativeSelect, SegmentedControl } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Meter, RecordedEvent } from '@tidegate/client';
import { useMemo } from 'react';
import { usePages, useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { exact, short } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { useScopes } from '../kernel/own-role.ts';
import { Page } from '../kernel/page.tsx';
import { pageNow } from '../kernel/page-clock.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { askedBy, eventsOf, KEY, SOURCE, splitOf } from './divided.rules.ts';
import { DividedDays } from './divided-days.tsx';
import { PeriodBefore } from './period-before.tsx';
import { DAYS, type MeterSearch } from './usage.routes.ts';

const route = getRouteApi('/o/$org/usage/$meter');
const DAY_MS = 86_400_000;

/** The days of one meter, whole or by key, source or dimension, and the events behind them. */
export function ShowMeter() {
  const { meter } = route.useParams();
  const { split, of, days = '30' } = route.useSearch();
  const range = useMemo(() => {
    const to = Math.ceil(pageNow() / 3_600_000) * 3_600_000;
    return { from: new Date(to - Number(days) * DAY_MS).toISOString(), to: new Date(to).toISOString() };
  }, [days]);
  const meters = useRead('metersList', {});
  const history = useRead('usageHistory', { meter, ...range, granularity: 'day', ...askedBy(split) });
  const events = usePages('usageEvents', { meter, ...range, limit: 50, ...eventsOf(split, of) });
  const known = meters.data?.items.find((one) => one.meter === meter);
  return (
    <Page title={known?.name ?? meter}>
      <div className="stack">
        <PeriodBefore meter={meter} />
        <Choices known={known} />
        <Reading of={history}>
          {(data) =>
            split === undefined || data.groups === undefined ? (
              <Days history={data} range={range} days={Number(days)} />
            ) : (
              <DividedDays split={split} history={data} range={range} selected={of} />
            )
          }
        </Reading>
      </div>
      <h2>{of === undefined ? t('Events') : t('Events of {name}', { name: of })}</h2>
      {of === undefined ? null : (
        <p>
          <Link to="." search={(before: object) => ({ ...before, of: undefined }) as never}>
            {t('Show all events')}
          </Link>
        </p>
      )}
      <Reading of={events}>
        {(data) => (
          <DataTable
            part="events"
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

/** What the days are divided by, and how many there are. */
function Choices({ known }: { known: Meter | undefined }) {
  const { split, days = '30' } = route.useSearch();
  const navigate = route.useNavigate();
  const scopes = useScopes();
  const go = (next: MeterSearch) =>
    void navigate({ search: (before) => ({ ...before, of: undefined, ...next }) as never });
  // What holds by time is no sum of what keys or sources did.
  const addsUp = known !== undefined && known.aggregate !== 'time_weighted';
  const choices = [
    { value: '', label: t('Not divided') },
    ...(addsUp && scopes?.has('keys:read') ? [{ value: KEY, label: t('By API key') }] : []),
    ...(addsUp ? [{ value: SOURCE, label: t('By source') }] : []),
    ...(known?.groupBy ?? []).map((name) => ({
      value: splitOf(name),
      label: t('By {dimension}', { dimension: name }),
    })),
  ];
  return (
    <div className="row">
      <NativeSelect
        size="xs"
        aria-label={t('How usage is divided')}
        data={choices}
        value={choices.some(({ value }) => value === split) ? split : ''}
        onChange={({ currentTarget: { value } }) => go({ split: value || undefined })}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('How many days')}
        transitionDuration={0}
        value={days}
        onChange={(value) => go({ days: value === '30' ? undefined : (value as (typeof DAYS)[number]) })}
        data={DAYS.map((count) => ({ value: count, label: t('{count} days', { count }) }))}
      />
    </div>
  );
}

function Days({
  history: { items, total, timeZone },
  range,
  days,
}: {
  history: { items: { start: string; quantity: number }[]; total: number; timeZone: string };
  range: { from: string; to: string };
  days: number;
}) {
  const instants = useMemo(() => items.map(({ start }) => Date.parse(start)), [items]);
  const series = useMemo(
    () => [{ label: t('Used'), color: '--series-1', values: items.map(({ quantity }) => quantity) }],
    [items],
  );
  return (
    <TimeChart
      title={t('By day, in {zone}', { zone: timeZone })}
      summary={t('{total} in {days} days', { total: exact(total), days })}
      range={range}
      instants={instants}
      series={series}
      format={short}
    />
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
    key: 'apiKey',
    title: t('API key'),
    value: ({ apiKey }) => apiKey && `tg_${apiKey}`,
    cell: ({ apiKey }) => (apiKey ? <span className="mono">{`tg_${apiKey}…`}</span> : '–'),
  },
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
