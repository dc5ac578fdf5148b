import type { Routes } from './kernel/routes.ts';
import { checkoutRoutes } from './objects/checkout.ts';
import { couponRoutes } from './objects/coupons.ts';
import { creditNoteRoutes } from './objects/credit-notes.ts';
import { customerRoutes } from './objects/customers.ts';
import { disputeRoutes } from './objects/disputes.ts';
import { eventRoutes } from './objects/events.ts';
import { invoiceItemRoutes } from './objects/invoice-items.ts';
import { invoiceRoutes } from './objects/invoices.ts';
import { meterStreamRoutes } from './objects/meter-stream.ts';
import { meterRoutes } from './objects/meters.ts';
import { paymentIntentRoutes } from './objects/payment-intents.ts';
import { paymentMethodRoutes } from './objects/payment-methods.ts';
import { portalRoutes } from './objects/portal.ts';
import { priceRoutes } from './objects/prices.ts';
import { productRoutes } from './objects/products.ts';
import { refundRoutes } from './objects/refunds.ts';
import { scheduleRoutes } from './objects/schedules.ts';
import { subscriptionRoutes } from './objects/subscriptions.ts';
import { taxIdRoutes } from './objects/tax-ids.ts';
import { webhookEndpointRoutes } from './webhooks/endpoints.ts';

export const routes: Routes = {
  ...checkoutRoutes,
  ...couponRoutes,
  ...creditNoteRoutes,
  ...customerRoutes,
  ...disputeRoutes,
  ...eventRoutes,
  ...invoiceItemRoutes,
  ...invoiceRoutes,
  ...meterRoutes,
  ...meterStreamRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...portalRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...refundRoutes,
  ...scheduleRoutes,
  ...subscriptionRoutes,
  ...taxIdRoutes,
  ...webhookEndpointRoutes,
};
