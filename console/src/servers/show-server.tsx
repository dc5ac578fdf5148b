import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { useOrg, useRead } from '../kernel/api.ts';
import { Page } from '../kernel/page.tsx';
import { RangePicker } from '../kernel/range-picker.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { Missing } from './missing.tsx';
import { ServerState } from './server-state.tsx';

const route = getRouteApi('/o/$org/servers/$serverId');

/** What stands above every page of a server: its name, state and range, what is missing, and the way to the others. */
export function ShowServer() {
  const org = useOrg();
  const { serverId } = route.useParams();
  const search = route.useSearch();
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
            <Link
              to="/o/$org/servers/$serverId"
              params={{ org, serverId }}
              search={search}
              activeOptions={{ exact: true, includeSearch: false }}
            >
              {t('Load')}
            </Link>
            <Link
              to="/o/$org/servers/$serverId/statements"
              params={{ org, serverId }}
              search={search}
              activeOptions={{ includeSearch: false }}
            >
              {t('Statements')}
            </Link>
          </nav>
          <Outlet />
        </Page>
      )}
    </Reading>
  );
}
