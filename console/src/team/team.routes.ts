import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';

export const ROLES = ['viewer', 'editor', 'admin', 'owner'] as const;

export const teamRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/team',
    validateSearch: (raw: Record<string, unknown>) =>
      given({ search: textOf(raw, 'search'), role: oneOf(raw, 'role', ROLES) }),
    component: lazyRouteComponent(() => import('./list-members.tsx'), 'ListMembers'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/organisations',
    component: lazyRouteComponent(() => import('./list-organisations.tsx'), 'ListOrganisations'),
  }),
] as const;
