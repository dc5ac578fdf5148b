import { always, rising } from './promtool-series.ts';

/*
 * What the platform promises, and how fast a promise may be broken before somebody is called.
 *
 * An objective leaves a budget: of 1,000 requests one may fail. An alert compares how fast the budget is spent with how
 * fast it may be, over a long window, so that a moment calls nobody, and a short one, so that it ends soon after the
 * fault (Site Reliability Workbook, chapter 5, multiwindow multi-burn-rate alerts).
 */
export interface Objective {
  name: string;
  /** What customers have of it. */
  summary: string;
  /** The share that is good, from 0 to 1. */
  target: number;
  /** PromQL of the share that is bad over `window`, from 0 to 1. */
  bad: (window: string) => string;
  /** Series in promtool's notation, one sample a minute, whose last part spends the budget too fast or does not. */
  raisedBy: Record<string, string>;
  notBy: Record<string, string>;
  runbook: string;
}

/** How many times too fast, over which windows, and who is told. */
export const BURNS = [
  { long: '1h', short: '5m', factor: 14.4, severity: 'page' },
  { long: '6h', short: '30m', factor: 6, severity: 'page' },
  { long: '3d', short: '6h', factor: 1, severity: 'ticket' },
] as const;

export const WINDOWS = [...new Set(BURNS.flatMap(({ long, short }) => [short, long]))];

/** Answers that end when the customer hangs up, or that are as long as an export is. */
const LONG = 'route!~"/api/v1/(stream|organisation/export)"';
const HTTP = 'tidegate_http_request_duration_seconds';
/** No series of a fault is none of it. */
const share = (part: string, whole: string) => `(${part} or vector(0)) / ${whole}`;
/** The share of a histogram's measurements that took longer than a bucket's end. */
const slower = (metric: string, labels: string, le: string, window: string) =>
  `1 - ${share(
    `sum(rate(${metric}_bucket{${[labels, `le="${le}"`].filter(Boolean).join(',')}}[${window}]))`,
    `sum(rate(${metric}_count{${labels}}[${window}]))`,
  )}`;
/** The share of the time in which a gauge was above a bound. */
const above = (recorded: string, window: string) => `avg_over_time(${recorded}[${window}])`;

/** Conditions whose share of the time is an objective: 1 while it is bad. */
export const CONDITIONS = [
  { record: 'tidegate:samples_stale', expr: 'max(tidegate_monitor_oldest_collection_seconds) > bool 60' },
  { record: 'tidegate:events_late', expr: 'max(tidegate_consumer_lag_seconds) > bool 60' },
] as const;

export const OBJECTIVES: readonly Objective[] = [
  {
    name: 'availability',
    summary: 'Requests are answered without a fault of ours',
    target: 0.999,
    bad: (window) => share(`sum(rate(${HTTP}_count{status=~"5.."}[${window}]))`, `sum(rate(${HTTP}_count[${window}]))`),
    raisedBy: { [`${HTTP}_count{status="200"}`]: rising(97), [`${HTTP}_count{status="503"}`]: rising(3) },
    notBy: { [`${HTTP}_count{status="200"}`]: rising(1_000), [`${HTTP}_count{status="503"}`]: always(3) },
    runbook: 'requests',
  },
  {
    name: 'latency',
    summary: 'Requests are answered within 200 ms',
    target: 0.95,
    bad: (window) => slower(HTTP, LONG, '0.2', window),
    raisedBy: {
      [`${HTTP}_bucket{route="/x",le="0.2"}`]: rising(10),
      [`${HTTP}_count{route="/x"}`]: rising(100),
    },
    notBy: {
      [`${HTTP}_bucket{route="/x",le="0.2"}`]: rising(98),
      [`${HTTP}_count{route="/x"}`]: rising(100),
      // Watched for an hour, which is not slow.
      [`${HTTP}_bucket{route="/api/v1/stream",le="0.2"}`]: always(0),
      [`${HTTP}_count{route="/api/v1/stream"}`]: rising(900),
    },
    runbook: 'requests',
  },
  {
    name: 'operations',
    summary: 'Operations of the services do not fail unexpectedly',
    target: 0.999,
    bad: (window) =>
      share(
        `sum(rate(tidegate_operation_seconds_count{outcome="internal_error"}[${window}]))`,
        `sum(rate(tidegate_operation_seconds_count[${window}]))`,
      ),
    raisedBy: {
      'tidegate_operation_seconds_count{outcome="ok"}': rising(90),
      'tidegate_operation_seconds_count{outcome="internal_error"}': rising(10),
    },
    notBy: {
      'tidegate_operation_seconds_count{outcome="ok"}': rising(90),
      'tidegate_operation_seconds_count{outcome="plan_limit_reached"}': rising(90),
    },
    runbook: 'requests',
  },
  {
    name: 'database',
    summary: 'Queries are answered within 100 ms',
    target: 0.95,
    bad: (window) => slower('tidegate_database_query_seconds', '', '0.1', window),
    raisedBy: {
      'tidegate_database_query_seconds_bucket{le="0.1"}': rising(10),
      tidegate_database_query_seconds_count: rising(100),
    },
    notBy: {
      'tidegate_database_query_seconds_bucket{le="0.1"}': rising(99),
      tidegate_database_query_seconds_count: rising(100),
    },
    runbook: 'database',
  },
  {
    name: 'freshness',
    summary: 'Watched servers are measured at least once a minute',
    target: 0.99,
    bad: (window) => above('tidegate:samples_stale', window),
    raisedBy: { tidegate_monitor_oldest_collection_seconds: rising(60) },
    notBy: { tidegate_monitor_oldest_collection_seconds: always(20) },
    runbook: 'monitoring',
  },
  {
    name: 'events',
    summary: 'Events are handled within a minute',
    target: 0.99,
    bad: (window) => above('tidegate:events_late', window),
    raisedBy: { 'tidegate_consumer_lag_seconds{consumer="notifier"}': rising(60) },
    notBy: { 'tidegate_consumer_lag_seconds{consumer="notifier"}': always(1) },
    runbook: 'events',
  },
];

export const ratioOf = ({ name }: Objective, window: string) => `tidegate:${name}:bad_ratio_${window}`;
