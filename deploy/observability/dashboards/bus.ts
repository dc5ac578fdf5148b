import { type Board, orZero, RATE } from '../panels.ts';

export const bus: Board = {
  uid: 'tidegate-bus',
  title: 'Tidegate: events and outbox',
  rows: [
    {
      title: 'Sending',
      panels: [
        {
          title: 'Events sent',
          help: 'Per second, by type.',
          unit: 'ops',
          queries: [
            { expr: `topk(15, sum by (event) (rate(tidegate_events_sent_total[${RATE}])))`, legend: '{{event}}' },
          ],
        },
        {
          title: 'Outbox: age of the oldest event',
          help: 'Above a minute: NATS is away, or refuses.',
          unit: 's',
          queries: [{ expr: 'max by (service) (tidegate_outbox_lag_seconds)', legend: '{{service}}' }],
        },
        {
          title: 'Outbox: events not sent yet',
          help: 'Falls to zero within a second of an event.',
          unit: 'short',
          queries: [{ expr: 'max by (service) (tidegate_outbox_messages)', legend: '{{service}}' }],
        },
      ],
    },
    {
      title: 'Handling',
      panels: [
        {
          title: 'Age of the oldest event that is not handled',
          help: 'By consumer. Promised: below a minute.',
          unit: 's',
          queries: [{ expr: 'max by (consumer) (tidegate_consumer_lag_seconds)', legend: '{{consumer}}' }],
        },
        {
          title: 'Events not received yet',
          help: 'By consumer.',
          unit: 'short',
          queries: [{ expr: 'max by (consumer) (tidegate_consumer_pending_events)', legend: '{{consumer}}' }],
        },
        {
          title: 'Delivered again',
          help: 'Per second. After a restart for a moment; always: a handler fails.',
          unit: 'ops',
          queries: [
            {
              expr: orZero(`sum by (consumer) (rate(tidegate_consumer_redeliveries_total[${RATE}]))`),
              legend: '{{consumer}}',
            },
          ],
        },
        {
          title: 'Waiting for the operator',
          help: 'Dead letters, late events and gaps.',
          unit: 'short',
          queries: [{ expr: 'max by (service) (tidegate_dead_letters)', legend: '{{service}}' }],
        },
        {
          title: 'Gaps',
          help: 'Events that never arrived and were passed, in an hour.',
          unit: 'short',
          queries: [
            { expr: orZero('sum by (consumer) (increase(tidegate_consumer_gaps_total[1h]))'), legend: '{{consumer}}' },
          ],
        },
      ],
    },
    {
      title: 'Streams',
      panels: [
        {
          title: 'How full the streams are',
          help: 'At 100 % the oldest messages are dropped.',
          unit: 'percentunit',
          queries: [
            {
              expr: 'max by (stream) (tidegate_stream_bytes) / max by (stream) (tidegate_stream_limit_bytes)',
              legend: '{{stream}}',
            },
          ],
        },
        {
          title: 'Messages in the streams',
          help: 'Until they expire.',
          unit: 'short',
          queries: [{ expr: 'max by (stream) (tidegate_stream_messages)', legend: '{{stream}}' }],
        },
      ],
    },
  ],
};
