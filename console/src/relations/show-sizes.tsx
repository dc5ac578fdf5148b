import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { MonitoredDatabase } from '@tidegate/client';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { bytes, orDash, share, short } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';

const route = getRouteApi('/o/$org/servers/$serverId/sizes');

/** What the databases of a server take, and how that grew. */
export function ShowSizes() {
  const { serverId } = route.useParams();
  const navigate = useNavigate();
  const range = rangeOf(route.useSearch(), useNow(60_000));
  const databases = useRead('serversDatabases', { serverId, ...range });
  const series = useRead('serversSeries', { serverId, ...range });
  const chart = useMemo(
    () =>
      series.data && {
        instants: series.data.points.map(({ at }) => Date.parse(at)),
        series: [
          {
            label: t('All databases'),
            color: '--series-4',
            values: series.data.points.map(({ figures }) => figures?.bytes ?? null),
          },
        ],
        most: series.data.total.bytes,
      },
    [series.data],
  );
  return (
    <>
      {chart ? (
        <TimeChart
          title={t('Size of all databases')}
          summary={chart.most === null ? t('nothing was read') : bytes(chart.most)}
          range={range}
          instants={chart.instants}
          series={chart.series}
          format={bytes}
          onBrush={(from, to) => void navigate({ to: '.', search: { from, to } as never })}
        />
      ) : null}
      <Reading of={databases}>
        {({ items }) => (
          <DataTable name={t('Databases')} rows={items} columns={columns(items)} rowKey={({ name }) => name} />
        )}
      </Reading>
    </>
  );
}

const columns = (items: readonly MonitoredDatabase[]): Column<MonitoredDatabase>[] => {
  const all = items.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  return [
    { key: 'name', title: t('Database'), value: ({ name }) => name },
    {
      key: 'bytes',
      title: t('Size'),
      number: true,
      value: (one) => one.bytes,
      cell: (one) => orDash(one.bytes, bytes),
    },
    {
      key: 'share',
      title: t('Share'),
      number: true,
      value: (one) => (one.bytes === null || all === 0 ? null : one.bytes / all),
      cell: (one) => (one.bytes === null || all === 0 ? '–' : share(one.bytes / all)),
    },
    { key: 'connections', title: t('Connections'), number: true, value: ({ connections }) => connections },
    {
      key: 'commits',
      title: t('Commits'),
      number: true,
      value: ({ commits }) => commits,
      cell: ({ commits }) => short(commits),
    },
    {
      key: 'tempBytes',
      title: t('Temporary files'),
      number: true,
      value: ({ tempBytes }) => tempBytes,
      cell: ({ tempBytes }) => bytes(tempBytes),
    },
    { key: 'deadlocks', title: t('Deadlocks'), number: true, value: ({ deadlocks }) => deadlocks },
  ];
};
