import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EnterCode } from './coupons/enter-code.ts';
import { ManageCoupons } from './coupons/manage-coupons.ts';
import { FillDemo } from './demo/fill-demo.ts';
import { InvoicePrinter } from './documents/invoice-printer.ts';
import { PrintInvoice } from './documents/print-invoice.ts';
import { AnnounceEntitlements } from './entitlements/announce-entitlements.ts';
import { CurrentEntitlements } from './entitlements/current-entitlements.ts';
import { RefreshEntitlements } from './entitlements/refresh-entitlements.loop.ts';
import { ManageGrants } from './grants/manage-grants.ts';
import { OrganisationBilling } from './grants/organisation-billing.ts';
import { BillingDetails } from './invoices/billing-details.ts';
import { ChangeInvoices } from './invoices/change-invoices.ts';
import { ChargeOnce } from './invoices/charge-once.ts';
import { ChargeUsage } from './invoices/charge-usage.loop.ts';
import { Charges } from './invoices/charges.ts';
import { ExpireKeptInvoices } from './invoices/expire-kept-invoices.loop.ts';
import { IssueInvoice } from './invoices/issue-invoice.ts';
import { ListInvoices } from './invoices/list-invoices.ts';
import { UsageBackfilled } from './invoices/usage-backfilled.ts';
import { GetCosts } from './operator/get-costs.ts';
import { GetRevenue } from './operator/get-revenue.ts';
import { LearnOrganisations } from './operator/learn-organisations.ts';
import { ListAllInvoices } from './operator/list-all-invoices.ts';
import { ListDoublePayments } from './operator/list-double-payments.ts';
import { ManageDisputes } from './operator/manage-disputes.ts';
import { MeasureBusiness } from './operator/measure-business.loop.ts';
import { MeetOrganisations } from './operator/meet-organisations.ts';
import { OrganisationStory } from './operator/organisation-story.ts';
import { SearchOrganisations } from './operator/search-organisations.ts';
import { GetCredits } from './packages/get-credits.ts';
import { ManageCredits } from './packages/manage-credits.ts';
import { OrderPackage } from './packages/order-package.ts';
import { ApplyFirstCatalogue } from './plans/apply-first-catalogue.ts';
import { ApplyPlans } from './plans/apply-plans.ts';
import { CheckPlans } from './plans/check-plans.ts';
import { ExportPlans } from './plans/export-plans.ts';
import { ListPlans } from './plans/list-plans.ts';
import { CountMembers } from './seats/count-members.ts';
import { FollowMembers } from './seats/follow-members.ts';
import { FollowSeats } from './seats/follow-seats.loop.ts';
import { PreviewSeats } from './seats/preview-seats.ts';
import { SellSeats } from './seats/sell-seats.ts';
import { STRIPE_CONTROLLERS, STRIPE_PROVIDERS } from './stripe/parts.ts';
import { ApplyDueChanges } from './subscriptions/apply-due-changes.loop.ts';
import { ProviderStates } from './subscriptions/apply-provider-state.ts';
import { BeginBilling } from './subscriptions/begin-billing.ts';
import { CancelSubscription } from './subscriptions/cancel-subscription.ts';
import { ChangeSubscription } from './subscriptions/change-subscription.ts';
import { DecideOrders } from './subscriptions/decide-orders.ts';
import { EndPauses } from './subscriptions/end-pauses.loop.ts';
import { GetEntitlements } from './subscriptions/get-entitlements.ts';
import { MovePlans } from './subscriptions/move-plans.ts';
import { OpenFreeSubscription } from './subscriptions/open-subscription.ts';
import { OverLimits } from './subscriptions/over-limits.ts';
import { PauseSubscription } from './subscriptions/pause-subscription.ts';
import { PreviewChange } from './subscriptions/preview-change.ts';
import { PreviewEntitlements } from './subscriptions/preview-entitlements.ts';
import { ProviderChanges } from './subscriptions/provider-changes.ts';
import { SetSubscription } from './subscriptions/set-subscription.ts';
import { ShowSubscriptions } from './subscriptions/show-subscriptions.ts';
import { SubscriptionChanges } from './subscriptions/subscription-changes.ts';

@Module({
  controllers: [
    ListPlans,
    CheckPlans,
    ApplyPlans,
    MovePlans,
    ExportPlans,
    OpenFreeSubscription,
    ChangeSubscription,
    CancelSubscription,
    BeginBilling,
    PauseSubscription,
    PreviewChange,
    DecideOrders,
    ManageGrants,
    OrganisationBilling,
    LearnOrganisations,
    SearchOrganisations,
    OrganisationStory,
    GetRevenue,
    GetCosts,
    SetSubscription,
    GetEntitlements,
    CurrentEntitlements,
    EnterCode,
    ManageCoupons,
    OrderPackage,
    GetCredits,
    ManageCredits,
    ListInvoices,
    ListAllInvoices,
    PrintInvoice,
    ListDoublePayments,
    ManageDisputes,
    BillingDetails,
    UsageBackfilled,
    ChargeOnce,
    ChangeInvoices,
    SellSeats,
    PreviewSeats,
    FollowSeats,
    FillDemo,
    ...STRIPE_CONTROLLERS,
  ],
  providers: [
    ApplyFirstCatalogue,
    AnnounceEntitlements,
    RefreshEntitlements,
    Charges,
    IssueInvoice,
    ChargeUsage,
    ExpireKeptInvoices,
    InvoicePrinter,
    SubscriptionChanges,
    ApplyDueChanges,
    EndPauses,
    ProviderStates,
    ProviderChanges,
    OverLimits,
    PreviewEntitlements,
    ShowSubscriptions,
    FollowMembers,
    CountMembers,
    MeasureBusiness,
    { provide: APP_GUARD, useClass: MeetOrganisations },
    ...STRIPE_PROVIDERS,
  ],
})
export class BillingModule {}
