import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const overviewRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/',
    component: lazyRouteComponent(() => import('./show-overview.tsx'), 'ShowOverview'),
  }),
] as const;
