import { getRouteApi } from '@tanstack/react-router';
import type { ServersTableOutput } from '@tidegate/client';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { DataTable } from '../kernel/data-table.tsx';
import { Fact } from '../kernel/fact.tsx';
import { bytes, orDash, short } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Reading } from '../kernel/reading.tsx';
import { saidText } from '../kernel/said-text.ts';
import { Sql } from '../kernel/sql.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { indexColumns } from './list-indexes.tsx';

const route = getRouteApi('/o/$org/servers/$serverId/table');

/** One table: its work in the range, its indexes, and how it grew. */
export function ShowTable() {
  const { serverId } = route.useParams();
  const { database, schema, name, ...search } = route.useSearch();
  const table = useRead('serversTable', {
    serverId,
    ...rangeOf(search, useNow(60_000)),
    database,
    schema,
    table: name,
  });
  return (
    <Reading of={table}>
      {(data) => (
        <>
          <h2>
            {schema}.{name} <span className="quiet">{database}</span>
          </h2>
          <Facts table={data.table} />
          <Growth growth={data.growth} />
          {data.findings.map(({ index, kind, what, evidence, sql }) => (
            <details key={`${index} ${kind}`}>
              <summary>
                <StateMark mark={kind === 'invalid' ? 'warning' : 'info'}>{saidText(what)}</StateMark>
              </summary>
              <ul>
                {evidence.map((line) => (
                  <li key={line}>{saidText(line)}</li>
                ))}
              </ul>
              {sql ? <Sql text={sql} /> : null}
            </details>
          ))}
          <h2>{t('Indexes')}</h2>
          <DataTable name={t('Indexes')} rows={data.indexes} columns={indexColumns()} rowKey={(one) => one.name} />
        </>
      )}
    </Reading>
  );
}

function Facts({ table }: { table: ServersTableOutput['table'] }) {
  return (
    <dl className="facts">
      <Fact name={t('Size')} value={orDash(table.totalBytes, bytes)} />
      <Fact name={t('Of it indexes')} value={orDash(table.indexBytes, bytes)} />
      <Fact name={t('Rows')} value={short(table.liveRows)} />
      <Fact name={t('Dead rows')} value={short(table.deadRows)} />
      <Fact name={t('Sequential scans')} value={short(table.sequentialScans)} />
      <Fact name={t('Index scans')} value={short(table.indexScans)} />
      <Fact name={t('Rows inserted')} value={short(table.rowsInserted)} />
      <Fact name={t('Rows updated')} value={short(table.rowsUpdated)} />
      <Fact name={t('Rows deleted')} value={short(table.rowsDeleted)} />
      <Fact name={t('Last vacuum')} value={table.lastVacuumAt ? <Moment at={table.lastVacuumAt} /> : '–'} />
      <Fact name={t('Last analyze')} value={table.lastAnalyzeAt ? <Moment at={table.lastAnalyzeAt} /> : '–'} />
    </dl>
  );
}

function Growth({ growth }: { growth: ServersTableOutput['growth'] }) {
  const chart = useMemo(
    () => ({
      instants: growth.map(({ at }) => Date.parse(at)),
      series: [
        { label: t('Table'), color: '--series-1', values: growth.map(({ heapBytes }) => heapBytes) },
        { label: t('Indexes'), color: '--series-3', values: growth.map(({ indexBytes }) => indexBytes) },
      ],
    }),
    [growth],
  );
  const [first, last] = [growth[0], growth.at(-1)];
  if (!first || !last) return <p className="quiet">{t('Its size has not been measured yet.')}</p>;
  const grown = last.heapBytes + last.indexBytes - first.heapBytes - first.indexBytes;
  return (
    <TimeChart
      title={t('Growth')}
      summary={t('{bytes} more than at the beginning', { bytes: bytes(grown) })}
      range={{ from: first.at, to: last.at }}
      instants={chart.instants}
      series={chart.series}
      stacked
      format={bytes}
      height={180}
    />
  );
}
