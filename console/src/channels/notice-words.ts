import type { ChannelsUpdateInput } from '@tidegate/client';
import { channelsUpdateEvents } from '@tidegate/client/generated/choices';
import { t } from '../kernel/strings.ts';

export type Notices = NonNullable<ChannelsUpdateInput['events']>;

const WORDS: Record<string, string> = {
  'server.unreachable': 'a server is unreachable',
  'trade.closed': 'a trade was closed',
  'bot.halted': 'a bot was halted',
  'quota.reached': 'a quota is nearly used or used up',
  'invoice.due': 'an invoice is due',
  'plan.decided': 'an ordered plan was decided',
  'plan.ordered': 'a plan waits for the operator',
  'seats.stopped': 'members are not bought by themselves any more',
  'top_up.stopped': 'packages are not bought by themselves any more',
  'payment.disputed': 'a payment is disputed',
  'channel.test': 'a test',
  'channel.confirmation': 'a confirmation',
};

/** What somebody can choose to be told. */
export const NOTICES = channelsUpdateEvents;

export const noticeWords = (event: string): string => t(WORDS[event] ?? event);
