import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';
import { rangeSearch } from '../kernel/time-range.ts';

export const STATEMENT_SORTS = ['totalMs', 'calls', 'meanMs', 'rows', 'ioReadMs', 'walBytes'] as const;

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
  serverRoute.addChildren([overviewRoute, statementsRoute, statementRoute]),
] as const;
