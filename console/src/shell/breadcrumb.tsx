import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { meOf, placesOf } from '../kernel/routes.ts';
import { t } from '../kernel/strings.ts';
import { PAGES } from './navigation.ts';
import classes from './shell.module.css';

/** Where this is: the organisation, which can be changed for another, and the part of it. */
export function Breadcrumb({ org }: { org: string }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const organisations = placesOf(useQuery(meOf()).data);
  const here = organisations.find(({ id }) => id === org);
  const part = PAGES.filter(({ exact }) => !exact).find(({ to }) =>
    pathname.startsWith(String(to).replace('$org', org)),
  );
  return (
    <nav aria-label={t('Where you are')} className={classes['crumbs']}>
      <ol>
        <li>
          {organisations.length > 1 ? (
            <NativeSelect
              size="xs"
              aria-label={t('Organisation')}
              data={organisations.map(({ id, name }) => ({ value: id, label: name }))}
              value={org}
              onChange={({ currentTarget }) => void navigate({ to: '/o/$org', params: { org: currentTarget.value } })}
            />
          ) : (
            <Link to="/o/$org" params={{ org }} className={classes['org']}>
              {here?.name ?? ''}
            </Link>
          )}
        </li>
        {part ? (
          <li className={classes['part']}>
            <Link
              to={part.to}
              params={{ org } as never}
              activeProps={{ 'aria-current': 'page' }}
              activeOptions={{ exact: true }}
            >
              {t(part.text)}
            </Link>
          </li>
        ) : null}
      </ol>
    </nav>
  );
}
