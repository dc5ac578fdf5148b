import { Checkbox } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { isProblem } from '@tidegate/client';
import { useMemo } from 'react';
import { useOrg, useRead } from '../kernel/api.ts';
import { Changed } from '../kernel/changed.tsx';
import { Fact } from '../kernel/fact.tsx';
import { bytes, exact, lasted, orDash, share, short, took } from '../kernel/format.ts';
import { Notes } from '../kernel/notes.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useServerMarks } from '../kernel/server-marks.ts';
import { t } from '../kernel/strings.ts';
import { type ChartMark, TimeChart } from '../kernel/time-chart.tsx';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { waitSeries } from '../kernel/wait-series.rules.ts';
import { StatementTable } from '../statements/statement-table.tsx';
import { linesOf, serverCharts } from './server-charts.ts';
import classes from './show-load.module.css';

const route = getRouteApi('/o/$org/servers/$serverId/');

/** What the sessions of a server did over time; a part that is chosen with the pointer narrows everything on the page. */
export function ShowLoad() {
  const org = useOrg();
  const { serverId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const range = rangeOf(search, useNow(10_000));
  const waits = useRead('serversWaits', { serverId, ...range });
  const overview = useRead('serversOverview', { serverId, ...range });
  const series = useRead('serversSeries', { serverId, ...range, compare: 'previous' });
  const { annotations, marks } = useServerMarks(serverId, range);
  const statements = useRead('serversStatements', { serverId, ...range, limit: 10, spark: true, compare: 'previous' });
  const load = useMemo(() => waits.data && waitSeries(waits.data.series, t('Others')), [waits.data]);
  const comparing = search.compare === 'previous';
  const onBrush = (from: string, to: string) =>
    void navigate({ to: '.', search: { ...search, range: undefined, from, to } as never });
  const before = series.data?.previous?.total;
  const total = series.data?.total;
  return (
    <>
      <Reading of={overview}>
        {({ activity, bytes: size, databases, uptimeSeconds, maxConnections, missing }) => (
          <>
            {missing.length > 0 ? (
              <p>
                <Link to="/o/$org/servers/$serverId/missing" params={{ org, serverId }}>
                  {t('{count, plural, one {# thing is} other {# things are}} not collected, and why', {
                    count: missing.length,
                  })}
                </Link>
              </p>
            ) : null}
            <dl className="facts">
              <Fact name={t('Active sessions')} value={activity ? `${activity.active}` : '–'} />
              <Fact name={t('Waiting for locks')} value={activity ? `${activity.waiting}` : '–'} />
              <Fact name={t('Connections')} value={activity ? `${activity.total} / ${maxConnections ?? '–'}` : '–'} />
              <Fact
                name={t('Commits per second')}
                value={
                  <Changed
                    text={orDash(total?.commitsPerSecond, short)}
                    now={total?.commitsPerSecond}
                    before={before?.commitsPerSecond}
                  />
                }
              />
              <Fact
                name={t('Calls per second')}
                value={
                  <Changed
                    text={orDash(total?.callsPerSecond, short)}
                    now={total?.callsPerSecond}
                    before={before?.callsPerSecond}
                  />
                }
              />
              <Fact
                name={t('Time of one call')}
                value={<Changed text={orDash(total?.meanMs, took)} now={total?.meanMs} before={before?.meanMs} />}
              />
              <Fact name={t('Found in memory')} value={orDash(total?.cacheHitRatio, share)} />
              <Fact name={t('Size')} value={orDash(size, bytes)} />
              <Fact name={t('Databases')} value={exact(databases)} />
              <Fact name={t('Up for')} value={orDash(uptimeSeconds, lasted)} />
            </dl>
          </>
        )}
      </Reading>
      {isPlanRefusal(waits.error) ? (
        <ActiveSessions data={series.data} range={range} onBrush={onBrush} marks={marks} error={waits.error} />
      ) : (
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
              onBrush={onBrush}
              marks={marks}
            />
          )}
        </Reading>
      )}
      <Notes serverId={serverId} annotations={annotations} at={range.to} />
      <h2>{t('Statements that took the most time')}</h2>
      <Reading of={statements}>{({ items }) => <StatementTable items={items} search={search} />}</Reading>
      <div className="row">
        <h2>{t('Figures over time')}</h2>
        <Checkbox
          size="xs"
          label={t('With the period before')}
          checked={comparing}
          onChange={({ currentTarget: { checked } }) =>
            void navigate({
              to: '.',
              search: { ...search, compare: checked ? 'previous' : undefined } as never,
              resetScroll: false,
            })
          }
        />
      </div>
      <Reading of={series}>
        {(data) => <Charts data={data} comparing={comparing} range={range} onBrush={onBrush} marks={marks} />}
      </Reading>
    </>
  );
}

const isPlanRefusal = (error: unknown): boolean => isProblem(error) && error.code === 'feature_not_included';

/** What every plan shows of the load; what it was spent on needs more. */
function ActiveSessions({
  data,
  error,
  ...chart
}: {
  data: Data | undefined;
  error: unknown;
  range: { from: string; to: string };
  onBrush: (from: string, to: string) => void;
  marks: ChartMark[] | undefined;
}) {
  const { marks, ...given } = chart;
  const drawn = useMemo(
    () =>
      data && {
        instants: data.points.map(({ at }) => Date.parse(at)),
        series: [
          {
            label: t('Active sessions'),
            color: '--series-1',
            values: data.points.map(({ figures }) => figures?.activeSessions ?? null),
          },
        ],
      },
    [data],
  );
  return (
    <>
      {drawn ? (
        <TimeChart
          {...given}
          {...drawn}
          marks={marks}
          title={t('Active sessions')}
          summary={summaryOf(data?.total.activeSessions ?? null, short)}
          format={short}
        />
      ) : null}
      <details>
        <summary className="quiet">{t('What they waited for is part of a larger plan')}</summary>
        <ProblemNote error={error} />
      </details>
    </>
  );
}

type Data = Parameters<typeof linesOf>[0];

function Charts({
  data,
  comparing,
  range,
  onBrush,
  marks,
}: {
  data: Data;
  comparing: boolean;
  range: { from: string; to: string };
  onBrush: (from: string, to: string) => void;
  marks: ChartMark[] | undefined;
}) {
  const charts = useMemo(
    () =>
      serverCharts().map((chart) => ({
        ...chart,
        series: linesOf(comparing ? data : { ...data, previous: null }, chart),
      })),
    [data, comparing],
  );
  const instants = useMemo(() => data.points.map(({ at }) => Date.parse(at)), [data]);
  return (
    <div className={classes['charts']}>
      {charts.map(({ key, title, format, series }) => (
        <TimeChart
          key={key}
          title={title}
          summary={summaryOf(data.total[key], format)}
          instants={instants}
          series={series}
          range={range}
          format={format}
          onBrush={onBrush}
          height={150}
          marks={marks}
        />
      ))}
    </div>
  );
}

const summaryOf = (total: number | null, format: (value: number) => string): string =>
  total === null ? t('nothing was read') : t('{value} in this range', { value: format(total) });
