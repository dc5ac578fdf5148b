import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const securityRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/account',
    component: lazyRouteComponent(() => import('./show-account.tsx'), 'ShowAccount'),
  }),
] as const;
