import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute, personRoute } from '../kernel/routes.ts';

const account = {
  path: '/account',
  component: lazyRouteComponent(() => import('./show-account.tsx'), 'ShowAccount'),
} as const;

export const securityRoutes = [createRoute({ getParentRoute: () => orgRoute, ...account })] as const;

/** The same page for somebody who belongs to no organisation. */
export const ownAccountRoute = createRoute({ getParentRoute: () => personRoute, ...account });
