import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf } from '../kernel/search-params.ts';

export const botRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/bots',
    component: lazyRouteComponent(() => import('./list-bots.tsx'), 'ListBots'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/bots/new',
    component: lazyRouteComponent(() => import('./create-bot.tsx'), 'CreateBot'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/bots/$botId',
    validateSearch: (raw) => given({ tab: oneOf(raw, 'tab', ['ledger']) }),
    component: lazyRouteComponent(() => import('./show-bot.tsx'), 'ShowBot'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/backtests',
    component: lazyRouteComponent(() => import('../backtests/list-backtests.tsx'), 'ListBacktests'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/backtests/$backtestId',
    component: lazyRouteComponent(() => import('../backtests/show-backtest.tsx'), 'ShowBacktest'),
  }),
] as const;
