/* What happens in an organisation, without schemas: the console has the same kinds and areas. */

export const FEED_AREAS = ['monitoring', 'trading', 'billing', 'team'] as const;
export type FeedArea = (typeof FEED_AREAS)[number];

const monitoring = { area: 'monitoring', scope: 'servers:read' } as const;
const trading = { area: 'trading', scope: 'bots:read' } as const;
const billing = { area: 'billing', scope: 'billing:read' } as const;
const usage = { area: 'billing', scope: 'usage:read' } as const;
const members = { area: 'team', scope: 'members:read' } as const;
const keys = { area: 'team', scope: 'keys:read' } as const;

/** What can happen, where it belongs, and the scope without which nobody reads it: that of the thing itself. */
export const HAPPENINGS = {
  'server.added': monitoring,
  'server.removed': monitoring,
  'server.unreachable': monitoring,
  'server.reachable': monitoring,
  'finding.found': monitoring,
  'finding.solved': monitoring,
  'bot.created': trading,
  'bot.started': trading,
  'bot.stopped': trading,
  'bot.halted': trading,
  'bot.deleted': trading,
  'trade.closed': trading,
  'subscription.changed': billing,
  'order.decided': billing,
  'invoice.issued': billing,
  'invoice.paid': billing,
  'invoice.due': billing,
  'payment.disputed': billing,
  'seats.stopped': billing,
  'top_up.stopped': billing,
  'quota.reached': usage,
  'member.joined': members,
  'member.changed': members,
  'member.left': members,
  'key.created': keys,
  'key.replaced': keys,
  'key.revoked': keys,
} as const satisfies Record<string, { area: FeedArea; scope: string }>;
export type HappeningKind = keyof typeof HAPPENINGS;
export const HAPPENING_KINDS = Object.keys(HAPPENINGS) as [HappeningKind, ...HappeningKind[]];
