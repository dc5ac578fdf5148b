import { OBJECTIVES, ratioOf } from '../objectives.ts';
import { type Board, orZero, quantile, RATE } from '../panels.ts';

const HTTP = 'tidegate_http_request_duration_seconds';

export const platform: Board = {
  uid: 'tidegate-platform',
  title: 'Tidegate: platform',
  rows: [
    {
      title: 'What was promised',
      panels: OBJECTIVES.map((objective) => ({
        title: objective.summary,
        help: `Share of the last hour that was good. Promised: ${objective.target * 100} %.`,
        unit: 'percentunit',
        queries: [{ expr: `1 - (${ratioOf(objective, '1h')})` }],
        number: { amber: objective.target + (1 - objective.target) / 2, red: objective.target, below: true },
      })),
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests by status',
          help: 'Faults of ours are 5xx; 429 are limits.',
          unit: 'reqps',
          queries: [{ expr: `sum by (status) (rate(${HTTP}_count[${RATE}]))`, legend: '{{status}}' }],
        },
        {
          title: 'Time to answer',
          help: 'Promised: 95 % within 200 ms. Live streams are as long as they are watched.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((q) => ({
            expr: quantile(q, HTTP, 'route!="/api/v1/stream"'),
            legend: `${q * 100} %`,
          })),
        },
        {
          title: 'Slowest routes',
          help: 'The 95th percentile of the ten slowest.',
          unit: 's',
          queries: [
            {
              expr: `topk(10, ${quantile(0.95, HTTP, 'route!="/api/v1/stream"', 'method, route')})`,
              legend: '{{method}} {{route}}',
            },
          ],
        },
        {
          title: 'Requests refused by limits',
          help: 'Per second: by a rate limit, or by a quota that is used up.',
          unit: 'reqps',
          queries: [
            { expr: orZero(`sum by (limit) (rate(tidegate_rate_limit_refusals_total[${RATE}]))`), legend: '{{limit}}' },
            { expr: orZero(`sum(rate(tidegate_quota_refusals_total[${RATE}]))`), legend: 'quota' },
          ],
        },
        {
          title: 'Busiest organisations',
          help: 'Requests of the last full minute, of the ten that sent most.',
          unit: 'short',
          queries: [
            {
              expr: 'topk(10, sum by (organisation) (tidegate_busiest_organisations_requests))',
              legend: '{{organisation}}',
            },
          ],
        },
        {
          title: 'Live streams',
          help: 'Browsers and clients that follow the live stream.',
          unit: 'short',
          queries: [{ expr: 'sum(tidegate_live_clients)', legend: 'open' }],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'CPU',
          help: 'Cores in use.',
          unit: 'short',
          queries: [{ expr: `rate(process_cpu_seconds_total{job="tidegate"}[${RATE}])`, legend: '{{instance}}' }],
        },
        {
          title: 'Memory',
          help: 'Resident.',
          unit: 'bytes',
          queries: [{ expr: 'process_resident_memory_bytes{job="tidegate"}', legend: '{{instance}}' }],
        },
        {
          title: 'Delay of the event loop',
          help: 'The 99th percentile. It is sampled every half second, so it begins at 0.5.',
          unit: 's',
          queries: [{ expr: 'nodejs_eventloop_lag_p99_seconds', legend: '{{instance}}' }],
        },
        {
          title: 'Loops that failed',
          help: 'Turns in the last quarter of an hour.',
          unit: 'short',
          queries: [
            {
              expr: orZero('sum by (service, loop) (increase(tidegate_loop_failures_total[15m])) > 0'),
              legend: '{{service}} {{loop}}',
            },
          ],
        },
        {
          title: 'Disk',
          help: 'Free where DATA_DIR is.',
          unit: 'percentunit',
          queries: [
            { expr: 'min by (instance) (tidegate_disk_free_bytes / tidegate_disk_bytes)', legend: '{{instance}}' },
          ],
        },
      ],
    },
  ],
};
