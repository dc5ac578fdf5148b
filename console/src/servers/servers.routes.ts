import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, instantOf, oneOf, textOf } from '../kernel/search-params.ts';
import { rangeSearch } from '../kernel/time-range.ts';
import { INDEX_SORTS, TABLE_SORTS } from '../relations/table-sorts.ts';
import { STATEMENT_SORTS } from '../statements/statement-sorts.ts';
import { SERVER_SORTS, STATES } from './server-sorts.ts';

const serverRoute = createRoute({
  getParentRoute: () => orgRoute,
  path: '/servers/$serverId',
  validateSearch: rangeSearch,
  component: lazyRouteComponent(() => import('./show-server.tsx'), 'ShowServer'),
});

const overviewRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/',
  validateSearch: (raw) => given({ compare: oneOf(raw, 'compare', ['previous']) }),
  component: lazyRouteComponent(() => import('./show-load.tsx'), 'ShowLoad'),
});

const statementsRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/statements',
  validateSearch: (raw) =>
    given({
      sort: oneOf(raw, 'sort', STATEMENT_SORTS),
      search: textOf(raw, 'search'),
      database: textOf(raw, 'database'),
      role: textOf(raw, 'role'),
      open: textOf(raw, 'open'),
    }),
  component: lazyRouteComponent(() => import('../statements/list-statements.tsx'), 'ListStatements'),
});

const statementRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/statements/$statementId',
  component: lazyRouteComponent(() => import('../statements/show-statement.tsx'), 'ShowStatement'),
});

const activityRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/activity',
  validateSearch: (raw) => given({ at: instantOf(raw, 'at') }),
  component: lazyRouteComponent(() => import('../activity/watch-activity.tsx'), 'WatchActivity'),
});

const tablesRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/tables',
  validateSearch: (raw) => given({ sort: oneOf(raw, 'sort', TABLE_SORTS), search: textOf(raw, 'search') }),
  component: lazyRouteComponent(() => import('../relations/list-tables.tsx'), 'ListTables'),
});

const indexesRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/indexes',
  validateSearch: (raw) => given({ sort: oneOf(raw, 'sort', INDEX_SORTS), search: textOf(raw, 'search') }),
  component: lazyRouteComponent(() => import('../relations/list-indexes.tsx'), 'ListIndexes'),
});

const findingsRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/findings',
  validateSearch: (raw) => given({ show: oneOf(raw, 'show', ['dismissed']) }),
  component: lazyRouteComponent(() => import('../relations/list-findings.tsx'), 'ListFindings'),
});

const wraparoundRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/wraparound',
  component: lazyRouteComponent(() => import('../wraparound/show-wraparound.tsx'), 'ShowWraparound'),
});

const missingRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/missing',
  component: lazyRouteComponent(() => import('./show-missing.tsx'), 'ShowMissing'),
});

const settingsRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./edit-server.tsx'), 'EditServer'),
});

const sizesRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/sizes',
  component: lazyRouteComponent(() => import('../relations/show-sizes.tsx'), 'ShowSizes'),
});

const tableRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/table',
  validateSearch: (raw: Record<string, unknown>) => ({
    database: textOf(raw, 'database') ?? '',
    schema: textOf(raw, 'schema') ?? '',
    name: textOf(raw, 'name') ?? '',
  }),
  component: lazyRouteComponent(() => import('../relations/show-table.tsx'), 'ShowTable'),
});

export const serverRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/servers',
    validateSearch: (raw: Record<string, unknown>) =>
      given({
        sort: oneOf(raw, 'sort', SERVER_SORTS),
        search: textOf(raw, 'search'),
        state: oneOf(raw, 'state', STATES),
      }),
    component: lazyRouteComponent(() => import('./list-servers.tsx'), 'ListServers'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/servers/new',
    component: lazyRouteComponent(() => import('./add-server.tsx'), 'AddServer'),
  }),
  serverRoute.addChildren([
    overviewRoute,
    statementsRoute,
    statementRoute,
    activityRoute,
    tablesRoute,
    indexesRoute,
    findingsRoute,
    wraparoundRoute,
    missingRoute,
    settingsRoute,
    sizesRoute,
    tableRoute,
  ]),
] as const;
