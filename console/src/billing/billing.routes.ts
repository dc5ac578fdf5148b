import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { orgRoute, rootRoute } from '../kernel/routes.ts';
import { given, oneOf, textOf } from '../kernel/search-params.ts';

export const billingRoutes = [
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/plans',
    validateSearch: (raw) => given({ interval: oneOf(raw, 'interval', ['year'] as const) }),
    component: lazyRouteComponent(() => import('./choose-plan.tsx'), 'ChoosePlan'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/plans/$product/$plan',
    validateSearch: (raw) => given({ interval: oneOf(raw, 'interval', ['year'] as const) }),
    component: lazyRouteComponent(() => import('./change-plan.tsx'), 'ChangePlan'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/billing',
    validateSearch: (raw) => given({ checkout: textOf(raw, 'checkout'), open: textOf(raw, 'open') }),
    component: lazyRouteComponent(() => import('./show-billing.tsx'), 'ShowBilling'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/billing/addons/$product',
    component: lazyRouteComponent(() => import('./change-addons.tsx'), 'ChangeAddons'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/billing/details',
    component: lazyRouteComponent(() => import('./edit-details.tsx'), 'EditDetails'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/billing/credits',
    component: lazyRouteComponent(() => import('./show-credits.tsx'), 'ShowCredits'),
  }),
  createRoute({
    getParentRoute: () => orgRoute,
    path: '/billing/invoices/$invoiceId',
    component: lazyRouteComponent(() => import('./show-invoice.tsx'), 'ShowInvoice'),
  }),
] as const;

/** Without a log-in. */
export const publicBillingRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/pricing',
    validateSearch: (raw) => given({ interval: oneOf(raw, 'interval', ['year'] as const) }),
    component: lazyRouteComponent(() => import('./pricing.tsx'), 'Pricing'),
  }),
] as const;
