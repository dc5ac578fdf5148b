import { Link } from '@tanstack/react-router';
import { useOrg, useRead } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

/** What is wrong, worst first, in sentences. */
export function ShowOverview() {
  const org = useOrg();
  const servers = useRead('serversList', { limit: 200 }, { everyMs: 10_000 });
  return (
    <Page title={t('Overview')}>
      <Reading of={servers}>
        {({ items }) => {
          const trouble = items.filter(({ state, missing }) => state === 'unreachable' || missing.length > 0);
          if (items.length === 0) {
            return (
              <Empty title={t('Nothing is watched yet')}>
                <Link to="/o/$org/servers/new" params={{ org }}>
                  {t('Add a PostgreSQL server')}
                </Link>
              </Empty>
            );
          }
          return (
            <section aria-label={t('Servers')} className="stack">
              {trouble.length === 0 ? (
                <StateMark mark="ok">
                  {t('{count, plural, one {# server is} other {All # servers are}} watched without gaps.', {
                    count: items.length,
                  })}
                </StateMark>
              ) : null}
              {trouble.map(({ id, name, state, failure, missing }) => (
                <p key={id}>
                  <StateMark mark={state === 'unreachable' ? 'unreachable' : 'warning'}>
                    <Link to="/o/$org/servers/$serverId" params={{ org, serverId: id }}>
                      {name}
                    </Link>
                  </StateMark>{' '}
                  {failure?.what ?? missing[0]?.what}
                </p>
              ))}
            </section>
          );
        }}
      </Reading>
    </Page>
  );
}
