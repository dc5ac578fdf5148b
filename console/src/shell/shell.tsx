import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { readOf, useOrg } from '../kernel/api.ts';
import { useLive, useLiveState } from '../kernel/live.ts';
import { useLogInNeeded } from '../kernel/log-in-again.ts';
import { leaveWithOthers } from '../kernel/log-out.ts';
import { OpenedLater } from '../kernel/opened-later.tsx';
import { meOf } from '../kernel/routes.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { NAVIGATION } from './navigation.ts';
import classes from './shell.module.css';

/** What stands around every page of an organisation. */
export function Shell() {
  const org = useOrg();
  const me = useQuery(meOf()).data;
  useLive(org);
  useEffect(leaveWithOthers, []);
  // What they may do here, which may be another organisation than the session began in.
  const here = useQuery(readOf(org, 'accountsMe', {})).data;
  const scopes = new Set(here?.scopes);
  return (
    <div className={classes['shell']}>
      <a className={classes['skip']} href="#content">
        {t('To the content')}
      </a>
      <header className={classes['bar']}>
        <Link to="/o/$org" params={{ org }} className={classes['name']}>
          Tidegate
        </Link>
        <Organisations org={org} />
        <Live />
        <Person name={me?.user.name ?? ''} email={me?.user.email ?? ''} />
      </header>
      <nav className={classes['navigation']} aria-label={t('Main')}>
        {NAVIGATION.map(({ title, items }) => {
          const seen = items.filter(({ scope }) => !scope || !here || scopes.has(scope));
          if (seen.length === 0) return null;
          return (
            <div key={title ?? ''}>
              {title ? <h2>{t(title)}</h2> : null}
              <ul>
                {seen.map(({ to, text, exact }) => (
                  <li key={to}>
                    <Link
                      to={to}
                      params={{ org } as never}
                      activeOptions={{ exact: exact ?? false, includeSearch: false }}
                    >
                      {t(text)}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <main id="content" className={classes['content']}>
        <Outlet />
      </main>
      {useLogInNeeded() ? (
        <Suspense>
          <LogInAgain />
        </Suspense>
      ) : null}
    </div>
  );
}

const LIVE = {
  live: { mark: 'ok', text: 'Live' },
  polling: { mark: 'stale', text: 'Asked for every ten seconds' },
  connecting: { mark: 'pending', text: 'Connecting' },
} as const;

function Live() {
  const { mark, text } = LIVE[useLiveState()];
  return (
    <span className={classes['live']} role="status">
      <StateMark mark={mark}>{t(text)}</StateMark>
    </span>
  );
}

function Organisations({ org }: { org: string }) {
  const navigate = useNavigate();
  const organisations = useQuery(meOf()).data?.organisations ?? [];
  if (organisations.length < 2) return <span className={classes['org']}>{organisations[0]?.name}</span>;
  return (
    <NativeSelect
      size="xs"
      aria-label={t('Organisation')}
      data={organisations.map(({ id, name }) => ({ value: id, label: name }))}
      value={org}
      onChange={({ currentTarget }) => void navigate({ to: '/o/$org', params: { org: currentTarget.value } })}
    />
  );
}

const LogInAgain = lazy(async () => ({ default: (await import('../session/log-in-again.tsx')).LogInAgain }));
const loadMenu = () => import('./person-menu.tsx');
const PersonMenu = lazy(async () => ({ default: (await loadMenu()).PersonMenu }));

function Person({ name, email }: { name: string; email: string }) {
  const label = name || t('Account');
  return (
    <OpenedLater label={label} load={loadMenu}>
      {() => <PersonMenu name={label} email={email} />}
    </OpenedLater>
  );
}
