import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, instantOf, oneOf, textOf } from '../kernel/search-params.ts';
import { rangeSearch } from '../kernel/time-range.ts';
import { TABLE_SORTS } from '../relations/table-sorts.ts';
import { STATEMENT_SORTS } from '../statements/statement-sorts.ts';

const serverRoute = createRoute({
  getParentRoute: () => orgRoute,
  path: '/servers/$serverId',
  validateSearch: rangeSearch,
  component: lazyRouteComponent(() => import('./show-server.tsx'), 'ShowServer'),
});

const overviewRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./show-load.tsx'), 'ShowLoad'),
});

const statementsRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/statements',
  validateSearch: (raw) => given({ sort: oneOf(raw, 'sort', STATEMENT_SORTS), search: textOf(raw, 'search') }),
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
  validateSearch: (raw) => given({ search: textOf(raw, 'search') }),
  component: lazyRouteComponent(() => import('../relations/list-indexes.tsx'), 'ListIndexes'),
});

const findingsRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/findings',
  component: lazyRouteComponent(() => import('../relations/list-findings.tsx'), 'ListFindings'),
});

const wraparoundRoute = createRoute({
  getParentRoute: () => serverRoute,
  path: '/wraparound',
  component: lazyRouteComponent(() => import('../wraparound/show-wraparound.tsx'), 'ShowWraparound'),
});

export const serverRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/servers',
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
  ]),
] as const;
