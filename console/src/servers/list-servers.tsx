import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ListedServer } from '@tidegate/client';
import { lazy, Suspense } from 'react';
import { findingMark, findingText } from '../findings/finding-text.ts';
import { useOrg, usePages } from '../kernel/api.ts';
import { CountedSelect, totalOf } from '../kernel/counted-select.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { exact, lasted, orDash, share, short, took } from '../kernel/format.ts';
import { May } from '../kernel/may.tsx';
import { Age } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { SearchBox } from '../kernel/search-box.tsx';
import { Spark } from '../kernel/spark.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { SERVER_SORTS, STATES } from './server-sorts.ts';
import { ServerState, WORDS } from './server-state.tsx';

const route = getRouteApi('/o/$org/servers');

/** For operators, and seldom: its dialog is no part of a first visit. */
const WatchInstallation = lazy(async () => ({ default: (await import('./watch-installation.tsx')).WatchInstallation }));

export function ListServers() {
  const org = useOrg();
  const { sort = 'worst', search, state } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = { ...(search ? { search } : {}), ...(state ? { state } : {}) };
  const servers = usePages('serversList', { limit: 50, sort, count: true, ...filter }, { everyMs: 10_000 });
  return (
    <Page
      title={t('Servers')}
      actions={
        <May op="serversCreate">
          <Button renderRoot={(props) => <Link to="/o/$org/servers/new" params={{ org }} {...props} />}>
            {t('Add a server')}
          </Button>
        </May>
      }
    >
      <Reading of={servers}>
        {({ items, more, first: { counts } }) => (
          <>
            {counts?.total === 0 && !search ? null : (
              <div className="row">
                <SearchBox
                  label={t('Search servers')}
                  value={search}
                  onSearch={(text) => void navigate({ search: (before) => ({ ...before, search: text }) as never })}
                />
                <CountedSelect
                  label={t('State')}
                  all={t('All states')}
                  kinds={STATES.map((one) => [one, t(WORDS[one])] as const)}
                  value={state}
                  counts={counts}
                  onChange={(value) => void navigate({ search: (before) => ({ ...before, state: value }) as never })}
                />
              </div>
            )}
            {items.length === 0 ? (
              search || state ? (
                <Empty title={t('No server is like that')}>
                  <Link to="/o/$org/servers" params={{ org }} search={{}}>
                    {t('Show all')}
                  </Link>
                </Empty>
              ) : (
                <Empty title={t('No server is watched yet')}>
                  {t('Tidegate needs an address and a role with pg_monitor. It runs no extension of its own.')}
                </Empty>
              )
            ) : (
              <DataTable
                name={t('Servers')}
                rows={items}
                columns={columns(org)}
                rowKey={({ id }) => id}
                sort={sort}
                sortable={SERVER_SORTS}
                ascending={['name', 'cacheHit', 'lastCollected']}
                onSort={(key) =>
                  void navigate({
                    search: (before) => ({ ...before, sort: key === 'worst' ? undefined : key }) as never,
                  })
                }
                more={more}
                total={totalOf(counts, state)}
              />
            )}
            {search || state || more || items.some(({ platform }) => platform) ? null : (
              <May op="serversAddPlatform">
                <Suspense>
                  <WatchInstallation />
                </Suspense>
              </May>
            )}
          </>
        )}
      </Reading>
    </Page>
  );
}

const columns = (org: string): Column<ListedServer>[] => [
  { key: 'worst', title: t('State'), value: ({ state }) => state, cell: (server) => <ServerState server={server} /> },
  {
    key: 'name',
    title: t('Name'),
    value: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/o/$org/servers/$serverId" params={{ org, serverId: id }}>
        {name}
      </Link>
    ),
  },
  {
    key: 'spark',
    title: t('Active, last hour'),
    value: ({ figures }) => figures?.spark.map((value) => value ?? '').join(' '),
    cell: ({ figures }) =>
      figures ? (
        <Spark
          values={figures.spark}
          label={t('Active sessions in the last hour, at most {most}', {
            most: exact(Math.max(0, ...figures.spark.map((value) => value ?? 0))),
          })}
        />
      ) : (
        '–'
      ),
  },
  {
    key: 'active',
    title: t('Active'),
    number: true,
    value: ({ figures }) => figures?.active,
    cell: ({ figures }) => (
      <>
        {orDash(figures?.active, exact)}
        {figures && figures.waiting > 0 ? ` (${t('{count} waiting', { count: figures.waiting })})` : ''}
      </>
    ),
  },
  {
    key: 'commits',
    title: t('Commits/s'),
    number: true,
    value: ({ figures }) => figures?.commitsPerSecond,
    cell: ({ figures }) => orDash(figures?.commitsPerSecond, short),
  },
  {
    key: 'calls',
    title: t('Calls/s'),
    number: true,
    hidden: true,
    value: ({ figures }) => figures?.callsPerSecond,
    cell: ({ figures }) => orDash(figures?.callsPerSecond, short),
  },
  {
    key: 'meanMs',
    title: t('Mean'),
    number: true,
    value: ({ figures }) => figures?.meanMs,
    cell: ({ figures }) => orDash(figures?.meanMs, took),
  },
  {
    key: 'cacheHit',
    title: t('In memory'),
    number: true,
    value: ({ figures }) => figures?.cacheHitRatio,
    cell: ({ figures }) => orDash(figures?.cacheHitRatio, share),
  },
  {
    key: 'oldestTransaction',
    title: t('Oldest transaction'),
    number: true,
    value: ({ figures }) => figures?.oldestTransactionSeconds,
    cell: ({ figures }) => orDash(figures?.oldestTransactionSeconds, lasted),
  },
  {
    key: 'findings',
    title: t('Findings'),
    wide: true,
    value: ({ findings }) => findings.map(findingText).join('; '),
    cell: ({ findings: [worst, ...others] }) =>
      worst ? (
        <StateMark mark={findingMark(worst)}>
          {findingText(worst)}
          {others.length > 0 ? ` +${others.length}` : ''}
        </StateMark>
      ) : (
        '–'
      ),
  },
  {
    key: 'lastCollected',
    title: t('Last snapshot'),
    value: ({ lastCollectedAt }) => lastCollectedAt,
    cell: ({ lastCollectedAt }) => (lastCollectedAt ? <Age at={lastCollectedAt} /> : t('never')),
  },
  { key: 'address', title: t('Address'), hidden: true, value: ({ host, port }) => `${host}:${port}` },
  { key: 'database', title: t('Database'), hidden: true, value: ({ database }) => database },
  { key: 'version', title: t('Version'), hidden: true, value: ({ version }) => version },
  { key: 'tls', title: t('Encryption'), value: ({ tlsMode }) => tlsMode, hidden: true },
];
