import { getRouteApi } from '@tanstack/react-router';
import type { DatabaseSession } from '@tidegate/client';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { lasted, orDash, short, when } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { BlockingTree } from './blocking-tree.tsx';
import { Moments } from './moments.tsx';
import { sessionSeries } from './session-series.ts';

const route = getRouteApi('/o/$org/servers/$serverId/activity');

/** Who is connected and what they wait for; a moment that is chosen in the chart is looked at instead of now. */
export function WatchActivity() {
  const { serverId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const range = rangeOf(search, useNow(10_000));
  const at = search.at ? { at: search.at } : {};
  const activity = useRead('serversActivity', { serverId, ...range, ...at }, { everyMs: 10_000 });
  const blocking = useRead('serversBlocking', { serverId, ...range, ...at }, { everyMs: 10_000 });
  const moments = useRead('serversMoments', { serverId, ...range });
  const history = activity.data?.history;
  const chart = useMemo(() => history && sessionSeries(history), [history]);
  const choose = (from: string, to: string) => {
    const middle = new Date((Date.parse(from) + Date.parse(to)) / 2).toISOString();
    void navigate({ search: (before) => ({ ...before, at: middle }) });
  };
  return (
    <>
      {chart ? (
        <TimeChart
          title={t('Sessions of clients')}
          summary={chart.summary}
          range={range}
          instants={chart.instants}
          series={chart.series}
          format={short}
          onBrush={choose}
        />
      ) : null}
      {moments.data && moments.data.moments.length > 0 ? (
        <Moments
          moments={moments.data.moments}
          at={search.at}
          onChoose={(at) => void navigate({ search: (before) => ({ ...before, at }), resetScroll: false })}
        />
      ) : null}
      {search.at ? (
        <p>
          <Moment at={search.at}>{t('As it was at {time}', { time: when(search.at) })}</Moment>{' '}
          <button
            type="button"
            className="as-link"
            onClick={() => void navigate({ search: ({ at: _at, ...rest }) => rest })}
          >
            {t('Back to now')}
          </button>
        </p>
      ) : null}
      <Reading of={blocking}>{(data) => <BlockingTree blocking={data} />}</Reading>
      <h2>{t('Sessions at work')}</h2>
      <Reading of={activity}>
        {({ sessions }) =>
          sessions.length === 0 ? (
            <Empty title={t('Nobody is at work at this moment')}>
              {t('Idle sessions are counted in the chart; they stand here when they block others.')}
            </Empty>
          ) : (
            <DataTable name={t('Sessions')} rows={sessions} columns={columns()} rowKey={({ pid }) => String(pid)} />
          )
        }
      </Reading>
    </>
  );
}

const columns = (): Column<DatabaseSession>[] => [
  { key: 'pid', title: t('Process'), number: true, value: ({ pid }) => pid, cell: ({ pid }) => pid },
  { key: 'state', title: t('State'), value: ({ state }) => state },
  {
    key: 'wait',
    title: t('Waits for'),
    value: ({ waitType, waitEvent }) => (waitType ? `${waitType} ${waitEvent ?? ''}` : null),
  },
  {
    key: 'query',
    title: t('Statement for'),
    number: true,
    value: ({ querySeconds }) => querySeconds,
    cell: ({ querySeconds }) => orDash(querySeconds, lasted),
  },
  {
    key: 'transaction',
    title: t('Transaction for'),
    number: true,
    value: ({ transactionSeconds }) => transactionSeconds,
    cell: ({ transactionSeconds }) => orDash(transactionSeconds, lasted),
  },
  { key: 'role', title: t('Role'), value: ({ role }) => role },
  { key: 'database', title: t('Database'), value: ({ database }) => database },
  { key: 'application', title: t('Application'), value: ({ application }) => application },
  { key: 'client', title: t('Client'), hidden: true, value: ({ client }) => client },
  {
    key: 'text',
    title: t('Statement'),
    wide: true,
    value: ({ text }) => text,
    cell: ({ text }) => (
      <span className="mono" title={text ?? ''}>
        {text?.replace(/\s+/g, ' ') ?? '–'}
      </span>
    ),
  },
];
