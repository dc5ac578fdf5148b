import { type Board, orZero, RATE } from '../panels.ts';

export const monitoring: Board = {
  uid: 'tidegate-monitoring',
  title: 'Tidegate: watched servers',
  rows: [
    {
      title: 'Watched servers',
      panels: [
        {
          title: 'Servers',
          help: 'Connected, and away.',
          unit: 'short',
          queries: [{ expr: 'sum by (state) (tidegate_monitor_servers)', legend: '{{state}}' }],
        },
        {
          title: 'Age of the oldest figures',
          help: 'Of the connected server that has waited longest. Promised: a minute.',
          unit: 's',
          queries: [{ expr: 'max by (instance) (tidegate_monitor_oldest_collection_seconds)', legend: '{{instance}}' }],
        },
        {
          title: 'Memory of answers',
          help: 'What servers have sent and nobody has read yet.',
          unit: 'bytes',
          queries: [{ expr: 'sum by (instance) (tidegate_monitor_answers_bytes)', legend: '{{instance}}' }],
        },
        {
          title: 'Failures',
          help: 'Connections a second that failed or were cut off, by reason.',
          unit: 'ops',
          queries: [
            { expr: orZero(`sum by (code) (rate(tidegate_monitor_failures_total[${RATE}]))`), legend: '{{code}}' },
          ],
        },
        {
          title: 'Servers lost and found',
          help: 'Events a second.',
          unit: 'ops',
          queries: [
            {
              expr: orZero(
                `sum by (event) (rate(tidegate_events_sent_total{service="monitor-agent",event=~".*reachable.*"}[${RATE}]))`,
              ),
              legend: '{{event}}',
            },
          ],
        },
        {
          title: 'Notifications',
          help: 'Attempts a second, by outcome.',
          unit: 'ops',
          queries: [
            {
              expr: orZero(`sum by (kind, outcome) (rate(tidegate_deliveries_total[${RATE}]))`),
              legend: '{{kind}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Notifications that wait',
          help: 'Messages, and how late the oldest is in seconds.',
          unit: 'short',
          queries: [
            { expr: 'max(tidegate_delivery_queue_messages)', legend: 'messages' },
            { expr: 'max(tidegate_delivery_queue_late_seconds)', legend: 'seconds late' },
          ],
        },
      ],
    },
  ],
};
