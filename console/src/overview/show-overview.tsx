import { Link } from '@tanstack/react-router';
import type { ListedServer } from '@tidegate/client';
import { lazy, Suspense } from 'react';
import { findingMark, findingPage, findingText } from '../findings/finding-text.ts';
import { useOrg, useRead } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { exact, share, short, took } from '../kernel/format.ts';
import { May } from '../kernel/may.tsx';
import { Age } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { Spark } from '../kernel/spark.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { BotsAtAGlance } from './bots-at-a-glance.tsx';
import { OtherTrouble } from './other-trouble.tsx';
import { Sentence } from './sentence.tsx';
import classes from './show-overview.module.css';

/** Below everything else, so that it is loaded after it. */
const WhatHappened = lazy(async () => ({ default: (await import('../happenings/what-happened.tsx')).WhatHappened }));

const WEIGHT = { critical: 0, warning: 1, info: 2 };
/** More sentences are read in the list: of the same kind, and in all. */
const MOST_OF_A_KIND = 4;
const MOST_SENTENCES = 12;
const MOST_BOTS = 20;

/** What is wrong, worst first, in sentences; then how the last hour of every server went, and how every bot stands. */
export function ShowOverview() {
  const org = useOrg();
  const servers = useRead('serversList', { limit: 50, sort: 'worst', count: true }, { everyMs: 10_000 });
  const bots = useRead('botsList', { limit: MOST_BOTS, sort: 'profit' }, { everyMs: 10_000 }).data;
  const totals = useRead('botsTotals', {}, { everyMs: 60_000 }).data;
  const halted = useRead('botsList', { limit: MOST_BOTS, status: 'halted' }, { everyMs: 60_000 }).data;
  const meters = useRead('usageCurrent', {}, { everyMs: 60_000 }).data;
  return (
    <Page title={t('Overview')}>
      <Reading of={servers}>
        {({ items, counts }) =>
          items.length === 0 && bots?.items.length === 0 ? (
            <Empty title={t('Nothing is watched yet')}>
              <p>
                {t('Watch a PostgreSQL server, or let a bot trade on paper: how they do stands here every morning.')}
              </p>
              <p>
                <May op="serversCreate">
                  <Link to="/o/$org/servers/new" params={{ org }}>
                    {t('Add a PostgreSQL server')}
                  </Link>
                </May>
                <May op="botsCreate">
                  {' · '}
                  <Link to="/o/$org/bots/new" params={{ org }}>
                    {t('Create a bot')}
                  </Link>
                </May>
              </p>
            </Empty>
          ) : (
            <>
              <section aria-label={t('What needs you')} className="stack">
                {items.length > 0 ? <Trouble servers={items} total={counts?.total ?? items.length} /> : null}
                <OtherTrouble bots={halted?.items ?? []} meters={meters?.items ?? []} />
              </section>
              {items.length > 0 ? <h2>{t('The last hour')}</h2> : null}
              <ul className={classes['rows']}>
                {items.map((server) => (
                  <ServerHour key={server.id} server={server} />
                ))}
              </ul>
              {(counts?.total ?? 0) > items.length ? (
                <p>
                  <Link to="/o/$org/servers" params={{ org }}>
                    {t('All {count} servers', { count: exact(counts?.total ?? 0) })}
                  </Link>
                </p>
              ) : null}
              {bots && bots.items.length > 0 ? (
                <BotsAtAGlance
                  bots={bots.items}
                  total={totals?.items.reduce((sum, one) => sum + one.bots, 0) ?? bots.items.length}
                />
              ) : null}
            </>
          )
        }
      </Reading>
      <Suspense>
        <WhatHappened />
      </Suspense>
    </Page>
  );
}

function Trouble({ servers, total }: { servers: readonly ListedServer[]; total: number }) {
  const org = useOrg();
  const sentences = servers
    .flatMap((server) => server.findings.map((finding) => ({ server, finding })))
    .sort((a, b) => WEIGHT[a.finding.severity] - WEIGHT[b.finding.severity]);
  const shown = [...Map.groupBy(sentences, ({ finding: { kind } }) => kind).values()]
    .flatMap((some) => some.slice(0, MOST_OF_A_KIND))
    .slice(0, MOST_SENTENCES);
  return (
    <>
      {sentences.some(({ finding }) => finding.severity !== 'info') ? null : (
        <StateMark mark="ok">
          {t('{count, plural, one {# server is} other {All # servers are}} watched without gaps.', { count: total })}
        </StateMark>
      )}
      {shown.map(({ server, finding }) => (
        <Sentence
          key={`${server.id} ${finding.kind} ${finding.what}`}
          mark={findingMark(finding)}
          link={
            <Link to={findingPage(finding.kind)} params={{ org, serverId: server.id }}>
              {server.name}
            </Link>
          }
        >
          {findingText(finding)}
        </Sentence>
      ))}
      {sentences.length > shown.length ? (
        <Link to="/o/$org/servers" params={{ org }}>
          {t('{count} more', { count: sentences.length - shown.length })}
        </Link>
      ) : null}
    </>
  );
}

function ServerHour({ server: { id, name, figures, lastCollectedAt, version } }: { server: ListedServer }) {
  const org = useOrg();
  return (
    <li>
      <Link to="/o/$org/servers/$serverId" params={{ org, serverId: id }}>
        {name}
      </Link>
      {figures ? (
        <>
          <Spark
            values={figures.spark}
            label={t('Active sessions in the last hour, at most {most}', {
              most: exact(Math.max(0, ...figures.spark.map((value) => value ?? 0))),
            })}
          />
          <span>
            {t('{active} active', { active: exact(figures.active) })}
            {figures.commitsPerSecond === null
              ? ''
              : ` · ${t('{rate} commits/s', { rate: short(figures.commitsPerSecond) })}`}
            {figures.meanMs === null ? '' : ` · ${t('{time} a call', { time: took(figures.meanMs) })}`}
            {figures.cacheHitRatio === null
              ? ''
              : ` · ${t('{share} in memory', { share: share(figures.cacheHitRatio) })}`}
          </span>
        </>
      ) : (
        <span className="quiet">{t('No snapshot in the last hour')}</span>
      )}
      <span className="quiet">
        {version ? `PostgreSQL ${version} · ` : ''}
        {lastCollectedAt ? <Age at={lastCollectedAt} /> : t('never')}
      </span>
    </li>
  );
}
