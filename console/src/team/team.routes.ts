import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { membersChangeRoleRole } from '@tidegate/client/generated/choices';
import { queryClient } from '../kernel/api.ts';
import { meOf, orgRoute, personRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';

/** From the least to the most that somebody may do. */
export const ROLES = membersChangeRoleRole;

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

/** Into the organisation in which the session acts, or the first one. */
export const homeRoute = createRoute({
  getParentRoute: () => personRoute,
  path: '/',
  beforeLoad: async () => {
    const me = await queryClient.ensureQueryData(meOf());
    const org = me.organisationId ?? me.organisations[0]?.id;
    if (org) throw redirect({ to: '/o/$org', params: { org } });
  },
  component: lazyRouteComponent(() => import('./no-organisation.tsx'), 'NoOrganisation'),
});
