import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import {
  backtestsListStatus,
  botsListStatus,
  candlesListUploadsStatus,
  ledgerListKind,
  sweepsListStatus,
  tradesListClosedBy,
  tradesListSort,
} from '@tidegate/client/generated/choices';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';
import { RESULT_SORTS } from '../sweeps/sweep-sorts.ts';
import { BOT_SORTS } from './bot-sorts.ts';

export const botRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/bots',
    validateSearch: (raw) =>
      given({
        status: oneOf(raw, 'status', botsListStatus),
        search: textOf(raw, 'search'),
        market: textOf(raw, 'market'),
        sort: oneOf(raw, 'sort', BOT_SORTS),
        open: textOf(raw, 'open'),
      }),
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
    validateSearch: (raw) =>
      given({
        tab: oneOf(raw, 'tab', ['trades', 'equity', 'decisions', 'ledger', 'settings'] as const),
        outcome: oneOf(raw, 'outcome', ['open', ...tradesListClosedBy] as const),
        kind: oneOf(raw, 'kind', ledgerListKind),
        sort: oneOf(raw, 'sort', tradesListSort),
        open: textOf(raw, 'open'),
      }),
    component: lazyRouteComponent(() => import('./show-bot.tsx'), 'ShowBot'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/backtests',
    validateSearch: (raw) => given({ status: oneOf(raw, 'status', backtestsListStatus) }),
    component: lazyRouteComponent(() => import('../backtests/list-backtests.tsx'), 'ListBacktests'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/backtests/$backtestId',
    validateSearch: (raw) => given({ open: textOf(raw, 'open') }),
    component: lazyRouteComponent(() => import('../backtests/show-backtest.tsx'), 'ShowBacktest'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/bots/$botId/edit',
    component: lazyRouteComponent(() => import('./edit-bot.tsx'), 'EditBot'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/backtests/$backtestId/compare/$otherId',
    component: lazyRouteComponent(() => import('../backtests/compare-backtests.tsx'), 'CompareBacktests'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/sweeps',
    validateSearch: (raw) => given({ status: oneOf(raw, 'status', sweepsListStatus) }),
    component: lazyRouteComponent(() => import('../sweeps/list-sweeps.tsx'), 'ListSweeps'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/sweeps/new',
    component: lazyRouteComponent(() => import('../sweeps/create-sweep.tsx'), 'CreateSweep'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/sweeps/$sweepId',
    validateSearch: (raw) =>
      given({
        x: textOf(raw, 'x'),
        y: textOf(raw, 'y'),
        figure: oneOf(raw, 'figure', ['maxDrawdown', 'maxCapital', 'closedTrades'] as const),
        sort: oneOf(raw, 'sort', RESULT_SORTS),
      }),
    component: lazyRouteComponent(() => import('../sweeps/show-sweep.tsx'), 'ShowSweep'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/candles',
    validateSearch: (raw) =>
      given({
        upload: oneOf(raw, 'upload', candlesListUploadsStatus),
      }),
    component: lazyRouteComponent(() => import('../candles/import-candles.tsx'), 'ImportCandles'),
  }),
] as const;
