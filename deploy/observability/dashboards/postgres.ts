import { type Board, quantile, RATE } from '../panels.ts';

export const postgres: Board = {
  uid: 'tidegate-postgres',
  title: 'Tidegate: PostgreSQL',
  rows: [
    {
      title: 'The server',
      panels: [
        {
          title: 'Connections',
          help: 'Of everybody, and how many PostgreSQL allows.',
          unit: 'short',
          queries: [
            { expr: 'max(tidegate_postgres_connections)', legend: 'open' },
            { expr: 'max(tidegate_postgres_connections_limit)', legend: 'allowed' },
          ],
        },
        {
          title: 'Size of the database',
          help: 'Usage events and statements are most of it.',
          unit: 'bytes',
          queries: [{ expr: 'max(tidegate_postgres_database_bytes)', legend: 'database' }],
        },
        {
          title: 'Age of the oldest transaction id',
          help: 'At two billion PostgreSQL stops writing. Vacuum brings it down from 200 million on.',
          unit: 'short',
          queries: [{ expr: 'max(tidegate_postgres_transaction_ids)', legend: 'age' }],
        },
        {
          title: 'Deadlocks',
          help: 'Since the statistics were reset. None is usual.',
          unit: 'short',
          queries: [{ expr: 'max(tidegate_postgres_deadlocks)', legend: 'deadlocks' }],
        },
      ],
    },
    {
      title: 'What we ask of it',
      panels: [
        {
          title: 'Queries',
          help: 'Per second.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (service) (rate(tidegate_database_query_seconds_count[${RATE}]))`,
              legend: '{{service}}',
            },
          ],
        },
        {
          title: 'Time to answer a query',
          help: 'The 95th percentile. Promised: 100 ms.',
          unit: 's',
          queries: [{ expr: quantile(0.95, 'tidegate_database_query_seconds', '', 'service'), legend: '{{service}}' }],
        },
        {
          title: 'Time spent in queries',
          help: 'Connections that were busy, on average.',
          unit: 'short',
          queries: [
            { expr: `sum by (service) (rate(tidegate_database_query_seconds_sum[${RATE}]))`, legend: '{{service}}' },
          ],
        },
        {
          title: 'Work that waits for a connection',
          help: 'For minutes: the pool is too small, or a query too slow.',
          unit: 'short',
          queries: [{ expr: 'sum by (service) (tidegate_database_waiting)', legend: '{{service}}' }],
        },
      ],
    },
  ],
};
