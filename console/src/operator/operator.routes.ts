import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { organisationsSearchSort } from '@tidegate/client/generated/choices';
import { orgRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';

/** `mrr` leaves out who pays nothing: as an order of all it is none. */
export const ORGANISATION_SORTS = organisationsSearchSort.filter((one) => one !== 'mrr');

export const operatorRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/organisations',
    validateSearch: (raw) => given({ q: textOf(raw, 'q'), sort: oneOf(raw, 'sort', ORGANISATION_SORTS) }),
    component: lazyRouteComponent(() => import('./search-organisations.tsx'), 'SearchOrganisations'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/organisations/$organisationId',
    component: lazyRouteComponent(() => import('./show-organisation.tsx'), 'ShowOrganisation'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/revenue',
    component: lazyRouteComponent(() => import('./show-revenue.tsx'), 'ShowRevenue'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/costs',
    validateSearch: (raw) => given({ month: textOf(raw, 'month') }),
    component: lazyRouteComponent(() => import('./show-costs.tsx'), 'ShowCosts'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/orders',
    component: lazyRouteComponent(() => import('./decide-orders.tsx'), 'DecideOrders'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/catalogue',
    component: lazyRouteComponent(() => import('./change-catalogue.tsx'), 'ChangeCatalogue'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/incidents',
    component: lazyRouteComponent(() => import('./manage-incidents.tsx'), 'ManageIncidents'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/services',
    component: lazyRouteComponent(() => import('./list-services.tsx'), 'ListServices'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/operator/services/$service',
    component: lazyRouteComponent(() => import('./decide-dead-letters.tsx'), 'DecideDeadLetters'),
  }),
] as const;
