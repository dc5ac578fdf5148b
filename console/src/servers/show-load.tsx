import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { Fact } from '../kernel/fact.tsx';
import { bytes, exact, lasted, share, short } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { StatementTable } from '../statements/statement-table.tsx';
import { loadSeries } from './load.rules.ts';

const route = getRouteApi('/o/$org/servers/$serverId');

/** What the sessions of a server did over time; a part that is chosen with the pointer narrows everything on the page. */
export function ShowLoad() {
  const { serverId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const range = rangeOf(search, useNow(10_000));
  const waits = useRead('serversWaits', { serverId, ...range });
  const overview = useRead('serversOverview', { serverId }, { everyMs: 10_000 });
  const statements = useRead('serversStatements', { serverId, ...range, limit: 10 });
  const load = useMemo(() => waits.data && loadSeries(waits.data.series), [waits.data]);
  return (
    <>
      <Reading of={overview}>
        {({ activity, perSecond, cacheHitRatio, bytes: size, databases, uptimeSeconds, maxConnections }) => (
          <dl className="facts">
            <Fact name={t('Active sessions')} value={activity ? `${activity.active}` : '–'} />
            <Fact name={t('Waiting for locks')} value={activity ? `${activity.waiting}` : '–'} />
            <Fact name={t('Connections')} value={activity ? `${activity.total} / ${maxConnections ?? '–'}` : '–'} />
            <Fact name={t('Commits per second')} value={short(perSecond.commits)} />
            <Fact name={t('Found in memory')} value={cacheHitRatio === null ? '–' : share(cacheHitRatio)} />
            <Fact name={t('Size')} value={size === null ? '–' : bytes(size)} />
            <Fact name={t('Databases')} value={exact(databases)} />
            <Fact name={t('Up for')} value={uptimeSeconds === null ? '–' : lasted(uptimeSeconds)} />
          </dl>
        )}
      </Reading>
      <Reading of={waits}>
        {({ sessions }) => (
          <TimeChart
            title={t('Sessions at work, by what they wait for')}
            summary={t('{sessions} on average', { sessions: exact(Math.round(sessions * 100) / 100) })}
            instants={load?.instants ?? []}
            series={load?.series ?? []}
            range={range}
            stacked
            format={short}
            onBrush={(from, to) => void navigate({ to: '.', search: { from, to } as never })}
          />
        )}
      </Reading>
      <h2>{t('Statements that took the most time')}</h2>
      <Reading of={statements}>
        {({ items, total }) => <StatementTable items={items} total={total} search={search} />}
      </Reading>
    </>
  );
}
