import { type Board, orZero, quantile, RATE } from '../panels.ts';

export const trading: Board = {
  uid: 'tidegate-trading',
  title: 'Tidegate: bots',
  rows: [
    {
      title: 'Bots',
      panels: [
        {
          title: 'Bots that wait to be run',
          help: 'For long: there are too few processes for them.',
          unit: 'short',
          queries: [{ expr: 'max(tidegate_bots_due)', legend: 'due' }],
        },
        {
          title: 'How late bots are run',
          help: 'Of the one that has waited longest.',
          unit: 's',
          queries: [{ expr: 'max(tidegate_bots_lag_seconds)', legend: 'late' }],
        },
        {
          title: 'Time to run a bot',
          help: 'The 95th percentile, over the candles that are new to it.',
          unit: 's',
          queries: [{ expr: quantile(0.95, 'tidegate_bot_run_seconds', '', 'outcome'), legend: '{{outcome}}' }],
        },
        {
          title: 'What bots did',
          help: 'Events a second.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (event) (rate(tidegate_events_sent_total{service="bot-executor"}[${RATE}]))`,
              legend: '{{event}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Backtests, sweeps and candle files',
      panels: [
        {
          title: 'Waiting',
          help: 'By kind.',
          unit: 'short',
          queries: [{ expr: 'max by (kind) (tidegate_work_waiting)', legend: '{{kind}}' }],
        },
        {
          title: 'How long the oldest waits',
          help: 'By kind.',
          unit: 's',
          queries: [{ expr: 'max by (kind) (tidegate_work_oldest_seconds)', legend: '{{kind}}' }],
        },
        {
          title: 'Ended',
          help: 'Per second, by how they ended.',
          unit: 'ops',
          queries: [
            {
              expr: orZero(`sum by (kind, outcome) (rate(tidegate_work_ended_total[${RATE}]))`),
              legend: '{{kind}} {{outcome}}',
            },
          ],
        },
      ],
    },
  ],
};
