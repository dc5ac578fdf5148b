import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useMatchRoute } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { queryClient, useOrg } from '../kernel/api.ts';
import { Brand } from '../kernel/brand.tsx';
import { useLive } from '../kernel/live.ts';
import { useLogInNeeded } from '../kernel/log-in-again.ts';
import { leaveWithOthers } from '../kernel/log-out.ts';
import { OpenedLater } from '../kernel/opened-later.tsx';
import { meOf } from '../kernel/routes.ts';
import { linkKey } from '../kernel/shared-link.ts';
import { t } from '../kernel/strings.ts';
import { Upgrades } from '../kernel/upgrades.tsx';
import { Breadcrumb } from './breadcrumb.tsx';
import { DemoBanner } from './demo-banner.tsx';
import { keepCurrentShown } from './keep-current-shown.ts';
import { LiveMark } from './live-mark.tsx';
import classes from './shell.module.css';
import { useNavigation } from './use-navigation.ts';
import { type Opens, useShortcuts } from './use-shortcuts.ts';

const loadMenu = () => import('./person-menu.tsx');
const LogInAgain = lazy(async () => ({ default: (await import('../session/log-in-again.tsx')).LogInAgain }));
const PersonMenu = lazy(async () => ({ default: (await loadMenu()).PersonMenu }));
const LinkedShell = lazy(async () => ({ default: (await import('./linked-shell.tsx')).LinkedShell }));
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const KeyboardHelp = lazy(async () => ({ default: (await import('./keyboard-help.tsx')).KeyboardHelp }));
const FirstSteps = lazy(async () => ({ default: (await import('./first-steps.tsx')).FirstSteps }));

/** Renews the session where its time is over, and asks for the log-in where it has ended. */
const askAsPerson = () => queryClient.fetchQuery({ ...meOf(), staleTime: 0 });

/** What stands around every page of an organisation. */
export function Shell() {
  if (!linkKey()) return <OwnShell />;
  return (
    <Suspense>
      <LinkedShell />
    </Suspense>
  );
}

function OwnShell() {
  const org = useOrg();
  const me = useQuery(meOf()).data;
  const [opened, setOpened] = useState<Opens | undefined>();
  const isHome = useMatchRoute()({ to: '/o/$org' }) !== false;
  useLive(org, askAsPerson);
  useEffect(leaveWithOthers, []);
  const groups = useNavigation();
  useShortcuts(org, groups, setOpened);
  const logInNeeded = useLogInNeeded();
  const bar = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => keepCurrentShown(bar.current, pathname), [pathname]);
  const close = () => setOpened(undefined);
  const name = me?.user.name || t('Account');
  return (
    <div className={classes['shell']}>
      <a className={classes['skip']} href="#content">
        {t('To the content')}
      </a>
      <header className={classes['bar']}>
        <Link to="/o/$org" params={{ org }} className={classes['name']}>
          <Brand org={org} />
        </Link>
        <Breadcrumb org={org} />
        <LiveMark org={org} />
        <Button
          size="compact-sm"
          variant="default"
          aria-haspopup="dialog"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => setOpened('palette')}
        >
          {t('Go to')}
          <kbd className={classes['hint']}>Ctrl K</kbd>
        </Button>
        <OpenedLater label={name} load={loadMenu}>
          {() => <PersonMenu name={name} email={me?.user.email ?? ''} onHelp={() => setOpened('help')} />}
        </OpenedLater>
      </header>
      <nav ref={bar} className={classes['navigation']} aria-label={t('Main')}>
        {groups.map(({ title, items }) => (
          <div key={title ?? ''}>
            {title ? <h2>{t(title)}</h2> : null}
            <ul>
              {items.map(({ to, text, exact }) => (
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
        ))}
      </nav>
      <main id="content" className={classes['content']}>
        <DemoBanner org={org} />
        {isHome ? (
          <Suspense>
            <FirstSteps key={org} org={org} />
          </Suspense>
        ) : null}
        <Upgrades>
          <Outlet />
        </Upgrades>
      </main>
      <Suspense>
        {opened === 'palette' ? <Palette org={org} onClose={close} onHelp={() => setOpened('help')} /> : null}
        {logInNeeded ? <LogInAgain /> : null}
        {opened === 'help' ? <KeyboardHelp onClose={close} /> : null}
      </Suspense>
    </div>
  );
}
