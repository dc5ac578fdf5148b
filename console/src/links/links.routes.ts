import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const linkRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/links',
    component: lazyRouteComponent(() => import('./list-links.tsx'), 'ListLinks'),
  }),
] as const;
