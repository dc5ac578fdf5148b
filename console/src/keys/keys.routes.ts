import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const keyRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/keys',
    component: lazyRouteComponent(() => import('./list-keys.tsx'), 'ListKeys'),
  }),
] as const;
