import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { useOrg, useRead } from '../kernel/api.ts';
import { useMay } from '../kernel/may.tsx';
import { Page } from '../kernel/page.tsx';
import { RangePicker } from '../kernel/range-picker.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { Missing } from './missing.tsx';
import { ServerState } from './server-state.tsx';

const route = getRouteApi('/o/$org/servers/$serverId');

const TABS = [
  { to: '/o/$org/servers/$serverId', text: 'Load', exact: true },
  { to: '/o/$org/servers/$serverId/statements', text: 'Statements' },
  { to: '/o/$org/servers/$serverId/activity', text: 'Activity' },
  { to: '/o/$org/servers/$serverId/tables', text: 'Tables' },
  { to: '/o/$org/servers/$serverId/indexes', text: 'Indexes' },
  { to: '/o/$org/servers/$serverId/findings', text: 'Findings' },
  { to: '/o/$org/servers/$serverId/wraparound', text: 'Wraparound' },
  { to: '/o/$org/servers/$serverId/sizes', text: 'Sizes' },
  { to: '/o/$org/servers/$serverId/missing', text: 'Missing' },
  { to: '/o/$org/servers/$serverId/settings', text: 'Settings' },
] as const;

/** What stands above every page of a server: its name, state and range, what is missing, and the way to the others. */
export function ShowServer() {
  const org = useOrg();
  const { serverId } = route.useParams();
  const search = route.useSearch();
  const may = useMay()('serversUpdate');
  const server = useRead('serversGet', { serverId }, { everyMs: 10_000 });
  return (
    <Reading of={server}>
      {(data) => (
        <Page
          title={data.name}
          lead={
            <span className="row">
              <ServerState server={data} /> {data.host}:{data.port} {data.version ? `PostgreSQL ${data.version}` : ''}
            </span>
          }
          actions={<RangePicker search={search} />}
        >
          <Missing checks={data.missing} failure={data.failure} />
          <nav className="tabs" aria-label={t('Of this server')}>
            {TABS.filter(({ text }) => text !== 'Settings' || may).map(({ to, text, ...tab }) => (
              <Link
                key={to}
                to={to}
                params={{ org, serverId }}
                search={search}
                activeOptions={{ exact: 'exact' in tab, includeSearch: false }}
              >
                {t(text)}
              </Link>
            ))}
          </nav>
          <Outlet />
        </Page>
      )}
    </Reading>
  );
}
