import { Module } from '@nestjs/common';
import { CurrentEntitlements } from './entitlements/current-entitlements.ts';
import { RefreshEntitlements } from './entitlements/refresh-entitlements.loop.ts';
import { ApplyFirstCatalogue } from './plans/apply-first-catalogue.ts';
import { ApplyPlans } from './plans/apply-plans.ts';
import { CheckPlans } from './plans/check-plans.ts';
import { ExportPlans } from './plans/export-plans.ts';
import { ListPlans } from './plans/list-plans.ts';
import { StoredCalls } from './stripe/client/stored-calls.ts';
import { StripeApi } from './stripe/client/stripe-api.ts';
import { EnsureCustomer } from './stripe/customers/ensure-customer.ts';
import { ManageEvents } from './stripe/inbox/manage-events.ts';
import { ReceiveWebhook } from './stripe/inbox/receive-webhook.ts';
import { StoreEvents } from './stripe/inbox/store-events.ts';
import { ApplyCustomer } from './stripe/mirror/apply-customer.ts';
import { FetchCustomer } from './stripe/mirror/fetch-customer.ts';
import { ResolveEvents } from './stripe/mirror/resolve-events.ts';
import { SetByProvider } from './stripe/mirror/set-by-provider.ts';
import { SyncCustomer } from './stripe/mirror/sync-customer.ts';
import { SyncCustomers } from './stripe/mirror/sync-customers.loop.ts';
import { CompareCustomers } from './stripe/upkeep/compare-customers.loop.ts';
import { ExpireStripe } from './stripe/upkeep/expire-stripe.loop.ts';
import { FindEvents } from './stripe/upkeep/find-events.loop.ts';
import { LeaveStripe } from './stripe/upkeep/leave-stripe.ts';
import { ProviderStates } from './subscriptions/apply-provider-state.ts';
import { GetEntitlements } from './subscriptions/get-entitlements.ts';
import { GetSubscription } from './subscriptions/get-subscription.ts';
import { MoveDueSubscriptions } from './subscriptions/move-due-subscriptions.loop.ts';
import { MovePlans } from './subscriptions/move-plans.ts';
import { OpenFreeSubscription } from './subscriptions/open-subscription.ts';
import { SetSubscription } from './subscriptions/set-subscription.ts';

@Module({
  controllers: [
    ListPlans,
    CheckPlans,
    ApplyPlans,
    MovePlans,
    ExportPlans,
    OpenFreeSubscription,
    GetSubscription,
    SetSubscription,
    GetEntitlements,
    CurrentEntitlements,
    ReceiveWebhook,
    ManageEvents,
    LeaveStripe,
  ],
  providers: [
    ApplyFirstCatalogue,
    MoveDueSubscriptions,
    RefreshEntitlements,
    StripeApi,
    StoredCalls,
    EnsureCustomer,
    StoreEvents,
    FetchCustomer,
    ApplyCustomer,
    SyncCustomer,
    { provide: ProviderStates, useClass: SetByProvider },
    ResolveEvents,
    SyncCustomers,
    FindEvents,
    CompareCustomers,
    ExpireStripe,
  ],
})
export class BillingModule {}
