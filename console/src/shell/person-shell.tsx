import { Button } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { Brand } from '../kernel/brand.tsx';
import { useLogInNeeded } from '../kernel/log-in-again.ts';
import { leaveWithOthers, useLogOut } from '../kernel/log-out.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import classes from './shell.module.css';

const LogInAgain = lazy(async () => ({ default: (await import('../session/log-in-again.tsx')).LogInAgain }));

/** Around the pages of a person, for somebody who belongs to no organisation: from here they get everywhere they may. */
export function PersonShell() {
  const logOut = useLogOut();
  useEffect(leaveWithOthers, []);
  const logInNeeded = useLogInNeeded();
  return (
    <div className={classes['linked']}>
      <header className={classes['bar']}>
        <Link to="/" className={classes['name']}>
          <Brand />
        </Link>
        <nav className="row" aria-label={t('Main')}>
          <Link to="/">{t('Organisations')}</Link>
          <Link to="/account">{t('Account')}</Link>
        </nav>
        <Button
          size="compact-sm"
          variant="default"
          className={classes['last']}
          loading={logOut.isPending}
          onClick={() => logOut.mutate()}
        >
          {t('Log out')}
        </Button>
      </header>
      <main id="content" className={classes['content']}>
        <ProblemNote error={logOut.error} />
        <Outlet />
      </main>
      <Suspense>{logInNeeded ? <LogInAgain /> : null}</Suspense>
    </div>
  );
}
