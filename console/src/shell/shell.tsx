import { Button, Menu, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { queryClient, useOrg, useWrite } from '../kernel/api.ts';
import { chooseUtc, isUtc } from '../kernel/format.ts';
import { useLive, useLiveState } from '../kernel/live.ts';
import { meOf } from '../kernel/routes.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { chooseLocale, LOCALES, type Locale, locale, t } from '../kernel/strings.ts';
import { chooseTheme, theme } from '../kernel/theme.ts';
import { NAVIGATION } from './navigation.ts';
import classes from './shell.module.css';

/** What stands around every page of an organisation. */
export function Shell() {
  const org = useOrg();
  const me = useQuery(meOf()).data;
  useLive(org);
  const scopes = new Set(me?.scopes);
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
        {NAVIGATION.map(({ title, items }) => (
          <div key={title ?? ''}>
            {title ? <h2>{t(title)}</h2> : null}
            <ul>
              {items
                .filter(({ scope }) => !scope || !me || scopes.has(scope))
                .map(({ to, text, exact }) => (
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
        <Outlet />
      </main>
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

function Person({ name, email }: { name: string; email: string }) {
  const leave = async () => {
    queryClient.clear();
    // A new document: nothing of this person stays in memory.
    location.assign('/log-in');
  };
  const logOut = useWrite('sessionsLogout', { org: null, onDone: leave });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle">
          {name || t('Account')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{email}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('Theme')}</Menu.Label>
        {(['auto', 'light', 'dark'] as const).map((one) => (
          <Menu.Item key={one} onClick={() => chooseTheme(one)} aria-current={theme() === one}>
            {t({ auto: 'As the system', light: 'Light', dark: 'Dark' }[one])} {theme() === one ? '✓' : ''}
          </Menu.Item>
        ))}
        <Menu.Label>{t('Times')}</Menu.Label>
        <Menu.Item onClick={() => chooseUtc(!isUtc())}>{isUtc() ? t('Show my time zone') : t('Show UTC')}</Menu.Item>
        <Menu.Label>{t('Language')}</Menu.Label>
        {(Object.keys(LOCALES) as Locale[]).map((one) => (
          <Menu.Item key={one} lang={one} onClick={() => chooseLocale(one)}>
            {LOCALES[one]} {locale() === one ? '✓' : ''}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => logOut.mutate({})}>{t('Log out')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
