import type { ChannelsUpdateInput } from '@tidegate/client';
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
  'channel.test': 'a test',
  'channel.confirmation': 'a confirmation',
};

/** What somebody can choose to be told. */
export const NOTICES: Notices = [
  'server.unreachable',
  'trade.closed',
  'bot.halted',
  'quota.reached',
  'invoice.due',
  'plan.decided',
];

export const noticeWords = (event: string): string => t(WORDS[event] ?? event);
