import { type Board, orZero, quantile, RATE } from '../panels.ts';

const CHOSEN = 'service=~"$service"';

export const service: Board = {
  uid: 'tidegate-service',
  title: 'Tidegate: a service',
  choices: [{ name: 'service', label: 'service', metric: 'tidegate_operation_seconds_count' }],
  rows: [
    {
      title: 'Operations',
      panels: [
        {
          title: 'Operations',
          help: 'Per second.',
          unit: 'ops',
          queries: [
            {
              expr: `topk(15, sum by (service, operation) (rate(tidegate_operation_seconds_count{${CHOSEN}}[${RATE}])))`,
              legend: '{{service}} {{operation}}',
            },
          ],
        },
        {
          title: 'How they ended',
          help: 'By code. `internal_error` is a fault of ours, the rest are answers.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (outcome) (rate(tidegate_operation_seconds_count{${CHOSEN}}[${RATE}]))`,
              legend: '{{outcome}}',
            },
          ],
        },
        {
          title: 'Slowest operations',
          help: 'The 95th percentile of the ten slowest.',
          unit: 's',
          queries: [
            {
              expr: `topk(10, ${quantile(0.95, 'tidegate_operation_seconds', CHOSEN, 'service, operation')})`,
              legend: '{{service}} {{operation}}',
            },
          ],
        },
        {
          title: 'Refused for too much work',
          help: 'Per second, with 503: more than the service answers in about a second was in hand. Another replica, or a larger machine.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (service) (rate(tidegate_operations_shed_total{${CHOSEN}}[${RATE}]))`,
              legend: '{{service}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Database and loops',
      panels: [
        {
          title: 'Queries',
          help: 'Per second.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (service) (rate(tidegate_database_query_seconds_count{${CHOSEN}}[${RATE}]))`,
              legend: '{{service}}',
            },
          ],
        },
        {
          title: 'Time to answer a query',
          help: 'The 95th percentile, the network included. Promised: 100 ms.',
          unit: 's',
          queries: [
            { expr: quantile(0.95, 'tidegate_database_query_seconds', CHOSEN, 'service'), legend: '{{service}}' },
          ],
        },
        {
          title: 'Connections in use, and who waits for one',
          help: 'Waiting for minutes: the pool is too small, or a query too slow.',
          unit: 'short',
          queries: [
            { expr: `sum by (service) (tidegate_database_connections_in_use{${CHOSEN}})`, legend: '{{service}}' },
            { expr: `sum by (service) (tidegate_database_waiting{${CHOSEN}})`, legend: '{{service}} waiting' },
          ],
        },
        {
          title: 'Loops: time since the last turn that succeeded',
          help: 'Some loops sleep for hours. Compare with what is usual.',
          unit: 's',
          queries: [
            {
              expr: `topk(10, time() - max by (service, loop) (tidegate_loop_last_success_seconds{${CHOSEN}} > 0))`,
              legend: '{{service}} {{loop}}',
            },
          ],
        },
        {
          title: 'Failures of loops',
          help: 'Turns a second that failed.',
          unit: 'ops',
          queries: [
            {
              expr: orZero(`sum by (service, loop) (rate(tidegate_loop_failures_total{${CHOSEN}}[${RATE}])) > 0`),
              legend: '{{service}} {{loop}}',
            },
          ],
        },
      ],
    },
  ],
};
