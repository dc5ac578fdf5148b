import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const usageRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/usage',
    component: lazyRouteComponent(() => import('./show-usage.tsx'), 'ShowUsage'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/usage/$meter',
    component: lazyRouteComponent(() => import('./show-meter.tsx'), 'ShowMeter'),
  }),
] as const;
