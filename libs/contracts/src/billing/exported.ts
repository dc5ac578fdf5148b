import { type Exported, STAYS, UPKEEP } from '../kernel/exported.ts';

const AT_STRIPE = 'a copy of what is at the payment provider; subscriptions and invoices say the same';
const { data_keys, idempotency_keys } = UPKEEP;

export const exported: Exported = {
  tables: {
    billing_accounts: { columns: 'currency created_at' },
    billing_details: { columns: 'name address tax_id country changed_at' },
    subscriptions: {
      columns:
        'product plan plan_version status billing_interval currency started_at period_start period_end trial_end cancel_at ' +
        'paused_at pause_ends_at grace_until unpaid_at next_plan next_plan_version next_interval next_addons next_at provider',
      without: {
        internal: 'provider_ref provider_seq billing_held',
        operator: 'next_by next_reason paused_by ordered_by',
      },
    },
    subscription_items: { columns: 'product addon version quantity since until' },
    subscription_changes: {
      columns: 'id product action before after changed_at',
      without: { operator: 'changed_by reason' },
    },
    period_steps: { columns: 'product from_at anchor months' },
    pauses: { columns: 'product started_at ends_at ended_at' },
    trials: { columns: 'product plan started_at ends_at' },
    grants: {
      columns: 'id feature op value from_at until_at source coupon given_at',
      without: { operator: 'given_by reason' },
    },
    entitlements: { columns: 'version snapshot', without: { internal: 'catalogue_version next_change_at form' } },
    coupon_redemptions: {
      columns: 'coupon code product definition from_at until_at redeemed_at',
      without: { operator: 'redeemed_by reason' },
    },
    credits: {
      columns: 'id feature name amount from_at until_at source package priority currency paid_minor given_at',
      without: { internal: 'reference', operator: 'given_by reason' },
    },
    package_orders: {
      columns:
        'id order_key package name feature quantity amount expires_days currency total_minor status invoice_id credit_id ordered_at',
      without: { operator: 'ordered_by' },
    },
    balance_changes: {
      columns: 'id currency amount_minor invoice_id created_at',
      without: { internal: 'effect_key', operator: 'reason changed_by' },
    },
    invoices: {
      columns:
        'id provider number status currency subtotal_minor discount_minor tax_minor total_minor from_balance_minor ' +
        'credited_minor due_minor period_start period_end issued_at due_at paid_at url pdf_url created_at customer seller tax',
      without: { internal: 'provider_ref sync_seq remind_at reminded_at' },
    },
    invoice_items: {
      columns:
        'id invoice_id product item description quantity currency amount_minor discount_minor tax_minor period_start period_end usage created_at',
      without: { internal: 'effect_key', operator: 'changed_by reason' },
    },
    invoice_changes: {
      columns: 'id invoice_id change amount_minor changed_at',
      without: { internal: 'effect_key', operator: 'reason changed_by' },
    },
    seat_follows: {
      columns: 'product following monthly_cap_minor lowered_to stopped changed_at',
      without: { internal: 'written_at check_at', operator: 'changed_by' },
    },
    top_ups: {
      columns: 'feature package threshold monthly_cap_minor enabled stopped changed_at',
      without: { internal: 'check_at holder marks capped_in', operator: 'changed_by' },
    },
    top_up_orders: {
      columns: 'id feature package name amount expires_days quantity currency total_minor state ordered_at settled_at',
      without: { internal: 'invoice_ref' },
    },
    disputes: {
      columns: 'id state status reason currency amount_minor answer_by opened_at read_only settled_at',
      without: { internal: 'charge_id', operator: 'settled_by settled_reason' },
    },
    usage_charges: {
      columns:
        'product feature from_at until_at window_start per name price included currency charged_quantity charged_minor due_at',
      without: { internal: 'charges' },
    },
  },
  without: {
    data_keys,
    idempotency_keys,
    double_payments: 'the operator’s: what was paid twice and has to be paid back',
    kept_invoices: 'copies of invoices that outlive their organisation',
    kept_invoice_lines: 'copies of invoices that outlive their organisation',
    organisation_mrr: 'the operator’s figures',
    organisation_profiles: 'a copy of what identity exports',
    paid_periods: 'up to where it is invoiced; the invoices say it',
    stripe_calls: 'calls to the payment provider that are under way',
    stripe_customers: AT_STRIPE,
    stripe_drifts: AT_STRIPE,
    stripe_facts: AT_STRIPE,
    stripe_invoices: AT_STRIPE,
    stripe_kept_orders: AT_STRIPE,
    stripe_package_sessions: AT_STRIPE,
    stripe_subscriptions: AT_STRIPE,
    stripe_usage_due: AT_STRIPE,
    stripe_usage_hours: AT_STRIPE,
    stripe_usage_periods: AT_STRIPE,
    subscription_orders: 'orders that wait for the operator; the subscription names what was chosen',
  },
  moves: {
    tables:
      'billing_accounts billing_details subscriptions subscription_items subscription_changes ' +
      'subscription_orders period_steps pauses trials grants entitlements coupon_redemptions credits ' +
      'package_orders balance_changes invoices invoice_items invoice_changes seat_follows top_ups ' +
      'top_up_orders disputes usage_charges double_payments organisation_mrr organisation_profiles ' +
      'paid_periods stripe_calls stripe_customers stripe_facts stripe_invoices stripe_kept_orders stripe_package_sessions ' +
      'stripe_subscriptions stripe_usage_due stripe_usage_hours stripe_usage_periods revenue_facts.customer',
    queues: '',
    stays: {
      ...STAYS,
      kept_invoices: 'of organisations that are gone: an invoice that still is moves itself',
      kept_invoice_lines: 'of organisations that are gone',
      stripe_drifts: 'what was corrected here',
      stripe_events: 'what Stripe told this installation',
      demo_organisations: 'a demo is filled again and not moved',
    },
  },
};
