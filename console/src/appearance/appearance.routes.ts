import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';

export const appearanceRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/appearance',
    component: lazyRouteComponent(() => import('./edit-theme.tsx'), 'EditTheme'),
  }),
] as const;
