import { Module } from '@nestjs/common';
import { CurrentEntitlements } from './entitlements/current-entitlements.ts';
import { RefreshEntitlements } from './entitlements/refresh-entitlements.loop.ts';
import { ChangeInvoices } from './invoices/change-invoices.ts';
import { ChargeOnce } from './invoices/charge-once.ts';
import { ListInvoices } from './invoices/list-invoices.ts';
import { ApplyFirstCatalogue } from './plans/apply-first-catalogue.ts';
import { ApplyPlans } from './plans/apply-plans.ts';
import { CheckPlans } from './plans/check-plans.ts';
import { ExportPlans } from './plans/export-plans.ts';
import { ListPlans } from './plans/list-plans.ts';
import { SetByProvider } from './stripe/mirror/set-by-provider.ts';
import { STRIPE_CONTROLLERS, STRIPE_PROVIDERS } from './stripe/parts.ts';
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
    ListInvoices,
    ChargeOnce,
    ChangeInvoices,
    ...STRIPE_CONTROLLERS,
  ],
  providers: [
    ApplyFirstCatalogue,
    MoveDueSubscriptions,
    RefreshEntitlements,
    { provide: ProviderStates, useClass: SetByProvider },
    ...STRIPE_PROVIDERS,
  ],
})
export class BillingModule {}
