import { Button } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { useOrg } from '../kernel/api.ts';
import { Brand } from '../kernel/brand.tsx';
import { leaveLink } from '../kernel/shared-link.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { LiveMark } from './live-mark.tsx';
import classes from './shell.module.css';

/** Around a page that somebody without an account opened by a link: it leads nowhere else. */
export function LinkedShell() {
  const org = useOrg();
  return (
    <div className={classes['linked']}>
      <header className={classes['bar']}>
        <span className={classes['name']}>
          <Brand org={org} />
        </span>
        <StateMark mark="info">{t('A link to look at, and to change nothing')}</StateMark>
        <LiveMark org={org} />
        <Button size="compact-sm" variant="default" onClick={leaveLink} className={classes['last']}>
          {t('Log in')}
        </Button>
      </header>
      <main id="content" className={classes['content']}>
        <Outlet />
      </main>
    </div>
  );
}
