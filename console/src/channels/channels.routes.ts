import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { deliveriesListState } from '@tidegate/client/generated/choices';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';

export const DELIVERY_STATES = deliveriesListState;

export const channelRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/channels',
    validateSearch: (raw: Record<string, unknown>) =>
      given({
        channel: textOf(raw, 'channel'),
        state: oneOf(raw, 'state', DELIVERY_STATES),
        open: textOf(raw, 'open'),
      }),
    component: lazyRouteComponent(() => import('./list-channels.tsx'), 'ListChannels'),
  }),
] as const;
