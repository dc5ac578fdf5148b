import type { Routes } from './kernel/routes.ts';
import { checkoutRoutes } from './objects/checkout.ts';
import { couponRoutes } from './objects/coupons.ts';
import { customerRoutes } from './objects/customers.ts';
import { eventRoutes } from './objects/events.ts';
import { invoiceItemRoutes } from './objects/invoice-items.ts';
import { invoiceRoutes } from './objects/invoices.ts';
import { meterRoutes } from './objects/meters.ts';
import { paymentMethodRoutes } from './objects/payment-methods.ts';
import { portalRoutes } from './objects/portal.ts';
import { priceRoutes } from './objects/prices.ts';
import { productRoutes } from './objects/products.ts';
import { subscriptionRoutes } from './objects/subscriptions.ts';
import { taxIdRoutes } from './objects/tax-ids.ts';
import { webhookEndpointRoutes } from './webhooks/endpoints.ts';

export const routes: Routes = {
  ...checkoutRoutes,
  ...couponRoutes,
  ...customerRoutes,
  ...eventRoutes,
  ...invoiceItemRoutes,
  ...invoiceRoutes,
  ...meterRoutes,
  ...paymentMethodRoutes,
  ...portalRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...subscriptionRoutes,
  ...taxIdRoutes,
  ...webhookEndpointRoutes,
};
