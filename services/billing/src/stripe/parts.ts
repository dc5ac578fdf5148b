import { Payments } from '../subscriptions/payments.ts';
import { PaidItems } from './changes/paid-items.ts';
import { PreviewPayments } from './changes/preview-payments.ts';
import { RestoreOrders } from './changes/restore-orders.loop.ts';
import { ScheduledOrders } from './changes/scheduled-orders.ts';
import { StripePayments } from './changes/stripe-payments.ts';
import { BuyPackage } from './checkout/buy-package.ts';
import { CheckoutSessions } from './checkout/checkout-sessions.ts';
import { CheckoutParts, CreateCheckout } from './checkout/create-checkout.ts';
import { FinishCheckout } from './checkout/finish-checkout.ts';
import { StoredCalls } from './client/stored-calls.ts';
import { StripeApi } from './client/stripe-api.ts';
import { EnsureCustomer } from './customers/ensure-customer.ts';
import { ShowPayments } from './history/show-payments.ts';
import { ManageEvents } from './inbox/manage-events.ts';
import { ReceiveWebhook } from './inbox/receive-webhook.ts';
import { StoreEvents } from './inbox/store-events.ts';
import { ApplyCustomer } from './mirror/apply-customer.ts';
import { BoughtPackages } from './mirror/bought-packages.ts';
import { FetchCustomer } from './mirror/fetch-customer.ts';
import { MirrorInvoices } from './mirror/mirror-invoices.ts';
import { ResolveEvents } from './mirror/resolve-events.ts';
import { SyncCustomer } from './mirror/sync-customer.ts';
import { SyncCustomers } from './mirror/sync-customers.loop.ts';
import { TriedCards } from './mirror/tried-cards.ts';
import { PromotionCodes } from './prices/promotion-codes.ts';
import { PublishedPrices } from './prices/published-prices.ts';
import { PublishPrices } from './publish/publish-prices.ts';
import { BuyWhenLow } from './top-ups/buy-when-low.loop.ts';
import { ChargeTopUp } from './top-ups/charge-top-up.ts';
import { ManageTopUps } from './top-ups/manage-top-ups.ts';
import { NoteLow } from './top-ups/note-low.ts';
import { CompareCustomers } from './upkeep/compare-customers.loop.ts';
import { CountCoupons } from './upkeep/count-coupons.loop.ts';
import { ExpireStripe } from './upkeep/expire-stripe.loop.ts';
import { FindEvents } from './upkeep/find-events.loop.ts';
import { LeaveStripe } from './upkeep/leave-stripe.ts';
import { CompareUsage } from './usage/compare-usage.ts';
import { LateUsage } from './usage/late-usage.ts';
import { ReportUsageLoop } from './usage/report-usage.loop.ts';
import { ReportUsage } from './usage/report-usage.ts';
import { SendUsage } from './usage/send-usage.ts';

/** Payments by Stripe, for the service's module. Nothing of it does anything while no key is set. */
export const STRIPE_CONTROLLERS = [
  ReceiveWebhook,
  ManageEvents,
  LeaveStripe,
  CreateCheckout,
  BuyPackage,
  FinishCheckout,
  ManageTopUps,
  NoteLow,
  PublishPrices,
  ShowPayments,
];

export const STRIPE_PROVIDERS = [
  StripeApi,
  CheckoutParts,
  CheckoutSessions,
  StoredCalls,
  EnsureCustomer,
  StoreEvents,
  PublishedPrices,
  PromotionCodes,
  PaidItems,
  PreviewPayments,
  ScheduledOrders,
  RestoreOrders,
  TriedCards,
  FetchCustomer,
  MirrorInvoices,
  BoughtPackages,
  ApplyCustomer,
  SyncCustomer,
  ResolveEvents,
  SyncCustomers,
  LateUsage,
  ChargeTopUp,
  BuyWhenLow,
  SendUsage,
  ReportUsage,
  CompareUsage,
  ReportUsageLoop,
  FindEvents,
  CompareCustomers,
  CountCoupons,
  ExpireStripe,
  { provide: Payments, useClass: StripePayments },
];
