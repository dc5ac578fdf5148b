import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const channelRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/channels',
    component: lazyRouteComponent(() => import('./list-channels.tsx'), 'ListChannels'),
  }),
] as const;
