import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ServersStatementsOutput } from '@tidegate/client';
import { lazy, Suspense } from 'react';
import { usePages } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { share } from '../kernel/format.ts';
import { useOpened } from '../kernel/opened.ts';
import { Reading } from '../kernel/reading.tsx';
import { SearchBox } from '../kernel/search-box.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import classes from './list-statements.module.css';
import { STATEMENT_SORTS } from './statement-sorts.ts';
import { StatementTable } from './statement-table.tsx';

const StatementDetail = lazy(async () => ({ default: (await import('./statement-detail.tsx')).StatementDetail }));

const route = getRouteApi('/o/$org/servers/$serverId/statements');

export function ListStatements() {
  const { serverId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const sort = search.sort ?? 'totalMs';
  const { search: text, database, role } = search;
  const statements = usePages('serversStatements', {
    serverId,
    ...rangeOf(search, useNow(60_000)),
    sort,
    limit: 50,
    spark: true,
    compare: 'previous',
    facets: true,
    ...(text ? { search: text } : {}),
    ...(database ? { database } : {}),
    ...(role ? { role } : {}),
  });
  const { opened, open } = useOpened();
  const change = (next: object) => void navigate({ search: (before) => ({ ...before, ...next }) as never });
  return (
    <>
      <SearchBox label={t('Search in texts')} value={text} onSearch={(one) => change({ search: one })} />
      <Reading of={statements}>
        {({ items, more, first }) => (
          <WithPanel
            title={t('Statement')}
            panel={(statementId) => (
              <Suspense fallback={<Skeleton height={160} role="status" aria-label={t('Loading')} />}>
                <StatementDetail serverId={serverId} statementId={statementId} beside />
              </Suspense>
            )}
          >
            {first.completeness.warnings.map(({ id, what }) => (
              <p key={id}>
                <StateMark mark="warning">{what}</StateMark>
              </p>
            ))}
            <div className={classes['columns']} data-narrow={opened ? true : undefined}>
              {first.facets ? (
                <div>
                  <Facet
                    title={t('Database')}
                    facets={first.facets.databases}
                    chosen={database}
                    onChoose={(name) => change({ database: name })}
                  />
                  <Facet
                    title={t('Role')}
                    facets={first.facets.roles}
                    chosen={role}
                    onChoose={(name) => change({ role: name })}
                  />
                </div>
              ) : null}
              <div>
                {items.length === 0 ? (
                  <Empty title={t('No statement in this range')}>
                    {text || database || role
                      ? t('None fits the search and the filters.')
                      : t('None was called, or pg_stat_statements could not be read: the page “Missing” says which.')}
                  </Empty>
                ) : (
                  <StatementTable
                    items={items}
                    onOpen={open}
                    {...(opened ? { selected: opened } : {})}
                    search={search}
                    sort={sort}
                    sortable={STATEMENT_SORTS}
                    onSort={(key) => change({ sort: key === 'totalMs' ? undefined : key })}
                    more={more}
                  />
                )}
              </div>
            </div>
          </WithPanel>
        )}
      </Reading>
    </>
  );
}

type Facets = NonNullable<ServersStatementsOutput['facets']>['databases'];

/** How the time is divided; a name narrows the list to it, and shows all again. */
function Facet({
  title,
  facets,
  chosen,
  onChoose,
}: {
  title: string;
  facets: Facets;
  chosen: string | undefined;
  onChoose: (name: string | undefined) => void;
}) {
  const all = facets.reduce((sum, { totalMs }) => sum + totalMs, 0);
  return (
    <section aria-label={title}>
      <h3 className={classes['title']}>{title}</h3>
      <ul className={classes['facets']}>
        {facets.map(({ name, totalMs }) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={name === chosen}
              onClick={() => onChoose(name === chosen ? undefined : name)}
            >
              <span>{name}</span>
              <span>{all > 0 ? share(totalMs / all) : '–'}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
