import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { bytes, short, took } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { statementSeries } from './statement-series.ts';

const route = getRouteApi('/o/$org/servers/$serverId/statements/$statementId');

export function ShowStatement() {
  const { serverId, statementId } = route.useParams();
  const range = rangeOf(route.useSearch(), useNow(60_000));
  const navigate = useNavigate();
  const query = useRead('serversStatementSeries', { serverId, statementId, ...range });
  const points = query.data?.points;
  const charts = useMemo(() => points && statementSeries(points), [points]);
  const onBrush = (from: string, to: string) => void navigate({ to: '.', search: { from, to } as never });
  return (
    <Reading of={query}>
      {() =>
        charts ? (
          <>
            <TimeChart
              title={t('Time of one call')}
              summary={charts.summary}
              range={range}
              instants={charts.instants}
              series={[charts.mean]}
              format={took}
              onBrush={onBrush}
            />
            <TimeChart
              title={t('Calls per second')}
              summary={charts.summary}
              range={range}
              instants={charts.instants}
              series={[charts.calls]}
              format={short}
              onBrush={onBrush}
            />
            <TimeChart
              title={t('Rows per second')}
              summary={charts.summary}
              range={range}
              instants={charts.instants}
              series={[charts.rows]}
              format={short}
              onBrush={onBrush}
            />
            <TimeChart
              title={t('WAL per second')}
              summary={charts.summary}
              range={range}
              instants={charts.instants}
              series={[charts.wal]}
              format={bytes}
              onBrush={onBrush}
            />
          </>
        ) : null
      }
    </Reading>
  );
}
