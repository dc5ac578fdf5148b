import type { ServiceName } from '../kernel/service-names.ts';
import type { BUILT_IN_FEATURES, OPTIONAL_FEATURES } from './built-in-features.ts';

export interface Enforced {
  by: readonly ServiceName[];
  what: string;
  /** Whatever it gives cannot be used so far. */
  coming?: true;
}

/** Of every feature that the software knows: which services ask for it, and what they do. docs/plans-and-usage.md shows it. */
export const ENFORCEMENT: Readonly<Record<keyof typeof BUILT_IN_FEATURES | keyof typeof OPTIONAL_FEATURES, Enforced>> =
  {
    servers: {
      by: ['monitor-agent'],
      what: 'adding a server; nothing is collected from the newest over a lowered limit',
    },
    bots: {
      by: ['bot-executor'],
      what: 'creating and starting a bot; the newest over a lowered limit open no trades',
    },
    seats: {
      by: ['identity'],
      what: 'inviting and joining; who joined last over a lowered limit may only read (the first owner never)',
    },
    api_keys: { by: ['identity'], what: 'creating a key; the newest over a lowered limit may only read' },
    channels: { by: ['notifier'], what: 'adding a channel; nothing is sent to the newest over a lowered limit' },
    markets: { by: ['bot-executor'], what: 'adding a market' },
    candles: { by: ['bot-executor'], what: 'importing candles' },
    monitoring_retention_days: { by: ['monitor-agent'], what: 'what is older is deleted every hour' },
    backtests: { by: ['bot-executor'], what: 'backtests and sweeps' },
    webhook_channels: { by: ['notifier'], what: 'adding a webhook; nothing is sent to those that exist' },
    metrics: {
      by: ['monitor-agent'],
      what:
        '`basic`: overview, sessions and statements; `premium` and above: statements over time, waits, blocking, databases, ' +
        'tables, indexes, wraparound as well. Everything is collected, so that a larger plan shows it at once',
    },
    index_analysis: { by: ['monitor-agent'], what: 'findings about indexes' },
    mainnet: {
      by: ['bot-executor'],
      what: 'creating a bot with `mode: mainnet`. Only the paper exchange can be had so far, with any plan',
      coming: true,
    },
    white_label: {
      by: ['identity'],
      what: 'a name, colour and logo of one’s own, and links to read-only pages; with a plan without it they are kept and neither shown nor working',
    },
    audit_log: {
      by: ['identity'],
      what: 'reading who changed what in the organisation; everything is recorded with any plan, so that a larger one shows the past',
    },
    pairs_per_bot: { by: ['bot-executor'], what: 'creating a bot, which trades one pair so far', coming: true },
    api_calls: { by: ['gateway'], what: 'requests with API keys' },
    api_calls_per_minute: {
      by: ['usage'],
      what: 'lends requests with API keys to all gateways together; where no plan of a product writes it there is no such rate',
    },
    notifications: { by: ['notifier'], what: 'sending a message' },
    server_minutes: { by: ['monitor-agent'], what: 'counted for every minute that was collected; never refused' },
    bot_orders: {
      by: ['bot-executor'],
      what: 'counted for every order; never refused, because a bot is not stopped by it',
    },
    backtest_runs: { by: ['bot-executor'], what: 'starting a backtest' },
    sweep_runs: { by: ['bot-executor'], what: 'starting a sweep' },
  };

/**
 * What `plans/tidegate.yaml` sells and the software does not do: it is granted, shown and answered by
 * `/api/v1/entitlements/check`, and whoever provides it asks there.
 */
export const NOT_IN_THE_PRODUCT: Readonly<Record<string, string>> = {
  managed_servers: 'work of the operator’s people',
  explain: 'plans of statements are not collected yet',
  custom_alerts: 'alerts are those of docs/notifications.md; there are no thresholds of one’s own yet',
  historical_trends: 'history is limited by `monitoring_retention_days`; there is no forecast yet',
  chat_integrations: 'channels are e-mails and webhooks so far',
  custom_dashboards: 'the console’s pages are the same for everybody',
  teams: 'members and roles are limited by `seats`; there are no groups of members yet',
  telegram: 'channels are e-mails and webhooks so far',
};

/** Of those, what people do and no software: it is there. */
export const DONE_BY_PEOPLE: readonly string[] = ['managed_servers'];
