import { type Board, orZero, quantile, RATE } from '../panels.ts';

export const business: Board = {
  uid: 'tidegate-business',
  title: 'Tidegate: usage and revenue',
  rows: [
    {
      title: 'Revenue',
      panels: [
        {
          title: 'Monthly recurring revenue',
          help: 'In minor units (cents) of each currency.',
          unit: 'short',
          queries: [{ expr: orZero('max by (currency) (tidegate_billing_mrr_minor)'), legend: '{{currency}}' }],
        },
        {
          title: 'Subscriptions by plan',
          help: 'All that are in force.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (product, plan) (max by (product, plan, status) (tidegate_billing_subscriptions))',
              legend: '{{product}} {{plan}}',
            },
          ],
        },
        {
          title: 'Subscriptions by status',
          help: '`past_due` is a card that was declined.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (status) (max by (product, plan, status) (tidegate_billing_subscriptions))',
              legend: '{{status}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Stripe',
      panels: [
        {
          title: 'Requests to Stripe',
          help: 'Per second, by how they ended.',
          unit: 'reqps',
          queries: [
            { expr: orZero(`sum by (outcome) (rate(tidegate_stripe_requests_total[${RATE}]))`), legend: '{{outcome}}' },
          ],
        },
        {
          title: 'From a payment to what was paid',
          help: 'The 99th percentile. Promised: 10 s.',
          unit: 's',
          queries: [{ expr: orZero(quantile(0.99, 'tidegate_stripe_event_seconds')), legend: '99 %' }],
        },
        {
          title: 'Events of Stripe that wait for the operator',
          help: 'By state.',
          unit: 'short',
          queries: [{ expr: 'max by (state) (tidegate_stripe_events)', legend: '{{state}}' }],
        },
        {
          title: 'Differences from Stripe',
          help: 'Found and healed in a day. None is usual.',
          unit: 'short',
          queries: [
            { expr: orZero('sum(increase(tidegate_billing_drift_total[1d]))'), legend: 'state' },
            { expr: orZero('sum(increase(tidegate_stripe_usage_drift_total[1d]))'), legend: 'usage' },
          ],
        },
      ],
    },
    {
      title: 'Usage',
      panels: [
        {
          title: 'Usage events',
          help: 'Per second, by outcome.',
          unit: 'ops',
          queries: [{ expr: `sum by (outcome) (rate(tidegate_usage_events_total[${RATE}]))`, legend: '{{outcome}}' }],
        },
        {
          title: 'Usage that is not counted yet',
          help: 'Messages.',
          unit: 'short',
          queries: [{ expr: 'max(tidegate_usage_pending_messages)', legend: 'messages' }],
        },
        {
          title: 'Time to write a batch of usage',
          help: 'The 95th percentile.',
          unit: 's',
          queries: [{ expr: quantile(0.95, 'tidegate_usage_batch_seconds'), legend: '95 %' }],
        },
      ],
    },
  ],
};
