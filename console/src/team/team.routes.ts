import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const teamRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/team',
    component: lazyRouteComponent(() => import('./list-members.tsx'), 'ListMembers'),
  }),
] as const;
