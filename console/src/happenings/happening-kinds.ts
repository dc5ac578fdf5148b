import type { Happening } from '@tidegate/client';
import { feedListArea } from '@tidegate/client/generated/choices';

/* Apart from their words, so that the routes do without them. */
export type Kind = Happening['kind'];
export const AREAS = feedListArea;
export type Area = (typeof AREAS)[number];

const AREA_OF: Record<Kind, Area> = {
  'server.added': 'monitoring',
  'server.removed': 'monitoring',
  'server.unreachable': 'monitoring',
  'server.reachable': 'monitoring',
  'finding.found': 'monitoring',
  'finding.solved': 'monitoring',
  'bot.created': 'trading',
  'bot.started': 'trading',
  'bot.stopped': 'trading',
  'bot.halted': 'trading',
  'bot.deleted': 'trading',
  'trade.closed': 'trading',
  'subscription.changed': 'billing',
  'order.decided': 'billing',
  'invoice.issued': 'billing',
  'invoice.paid': 'billing',
  'invoice.due': 'billing',
  'payment.disputed': 'billing',
  'seats.stopped': 'billing',
  'top_up.stopped': 'billing',
  'quota.reached': 'billing',
  'member.joined': 'team',
  'member.changed': 'team',
  'member.left': 'team',
  'key.created': 'team',
  'key.replaced': 'team',
  'key.revoked': 'team',
};
export const HAPPENING_KINDS = Object.keys(AREA_OF) as Kind[];
export const areaOf = (kind: Kind): Area => AREA_OF[kind];
