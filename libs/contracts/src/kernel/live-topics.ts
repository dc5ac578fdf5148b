import type { ServiceName } from './service-names.ts';

/**
 * The live topics, with the one service that may publish each and the scope that a caller needs to follow it. Apart from their payloads, so that
 * nats-server's permissions are made without loading every model.
 */
export const LIVE_TOPICS = {
  backtests: { service: 'bot-executor', scope: 'bots:read' },
  bots: { service: 'bot-executor', scope: 'bots:read' },
  entitlements: { service: 'billing', scope: 'billing:read' },
  feed: { service: 'notifier', scope: 'org:read' },
  servers: { service: 'monitor-agent', scope: 'servers:read' },
  sweeps: { service: 'bot-executor', scope: 'bots:read' },
  usage: { service: 'usage', scope: 'usage:read' },
} as const satisfies Record<string, { service: ServiceName; scope: string }>;

export type LiveTopic = keyof typeof LIVE_TOPICS;
