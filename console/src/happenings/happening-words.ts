import type { Happening } from '@tidegate/client';
import { decimal, lasted, rounded } from '../kernel/format.ts';
import type { Mark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import type { Area, Kind } from './happening-kinds.ts';

const WORDS: Record<Area, string> = {
  monitoring: 'Servers',
  trading: 'Bots',
  billing: 'Plan and payments',
  team: 'Team and keys',
};
export const areaWord = (area: Area): string => t(WORDS[area]);

const KINDS: Record<Kind, string> = {
  'server.added': 'Server added',
  'server.removed': 'Server removed',
  'server.unreachable': 'Server unreachable',
  'server.reachable': 'Server reachable again',
  'finding.found': 'Finding',
  'finding.solved': 'Finding solved',
  'bot.created': 'Bot created',
  'bot.started': 'Bot started',
  'bot.stopped': 'Bot stopped',
  'bot.halted': 'Bot halted',
  'bot.deleted': 'Bot deleted',
  'trade.closed': 'Trades closed',
  'subscription.changed': 'Subscription changed',
  'order.decided': 'Order decided',
  'invoice.issued': 'Invoice issued',
  'invoice.paid': 'Invoice paid',
  'invoice.due': 'Invoice due',
  'payment.disputed': 'Payment disputed',
  'seats.stopped': 'Buying members ended',
  'top_up.stopped': 'Automatic top-up ended',
  'quota.reached': 'Quota reached',
  'member.joined': 'Member joined',
  'member.changed': 'Role changed',
  'member.left': 'Member left',
  'key.created': 'API key created',
  'key.replaced': 'API key replaced',
  'key.revoked': 'API key revoked',
};
/** A kind that is newer than this page is shown by its name. */
export const kindWord = (kind: Kind): string => t(KINDS[kind] ?? kind);

const MARKS: Partial<Record<Kind, Mark>> = {
  'server.unreachable': 'unreachable',
  'server.reachable': 'ok',
  'finding.found': 'warning',
  'finding.solved': 'ok',
  'bot.halted': 'critical',
  'invoice.paid': 'ok',
  'payment.disputed': 'warning',
  'seats.stopped': 'warning',
  'top_up.stopped': 'warning',
  'quota.reached': 'warning',
};
export function markOf({ kind, detail }: Pick<Happening, 'kind' | 'detail'>): Mark {
  if (kind === 'invoice.due' && (detail.daysOverdue ?? 0) > 0) return 'critical';
  return MARKS[kind] ?? 'info';
}

/** Why a bot was halted, what was done to a subscription, why a top-up ended. */
const VARIABLE: Record<string, string> = {
  contradictoryReports: 'the reports about its orders contradict each other',
  ordersRejected: 'its orders were rejected',
  positionChanged: 'its position was changed elsewhere',
  cannotRun: 'it cannot run with these settings',
  moved: 'the organisation moved',
  payment_failed: 'a payment failed',
  package_gone: 'the package is not sold any more',
  cap_reached: 'the most for a month is spent',
};
const CHANGES: Record<string, string> = {
  blocked: 'Sessions wait for locks',
  connections: 'Nearly all connections are taken',
  long_transaction: 'A transaction has been open for more than an hour',
  wraparound: 'Half of the transaction ids are used up',
  index_invalid: '{count, plural, one {The index {index} is invalid} other {# indexes are invalid}}',
  index_duplicate: '{count, plural, one {The index {index} is there twice} other {# indexes are there twice}}',
  index_redundant: '{count, plural, one {The index {index} is redundant} other {# indexes are redundant}}',
  index_unused: '{count, plural, one {Nobody reads the index {index}} other {Nobody reads # indexes}}',
};
const TITLES: Record<string, string> = {
  blocked: 'Nobody waits for a lock any more',
  connections: 'Connections are free again',
  long_transaction: 'No transaction is open that long any more',
  wraparound: 'Transaction ids were freed',
  index_invalid: '{count, plural, one {An invalid index is gone} other {# invalid indexes are gone}}',
  index_duplicate:
    '{count, plural, one {An index is no longer there twice} other {# indexes are no longer there twice}}',
  index_redundant: '{count, plural, one {A redundant index is gone} other {# redundant indexes are gone}}',
  index_unused:
    '{count, plural, one {An unused index is read again, or gone} other {# unused indexes are read again, or gone}}',
};
const STATUSES: Record<string, string> = {
  trial_started: 'The trial began',
  trial_ended: 'The trial ended',
  cancel_ordered: 'Was cancelled: it ends with the period',
  canceled: 'Has ended',
  change_ordered: 'Another plan was ordered for the next period',
  paused: 'Was paused',
  resumed: 'Goes on',
  overdue: 'A payment is overdue',
  unpaid: 'Was not paid: the default plan takes its place',
  paid: 'Is paid again',
};

/** Names that the feed itself does not have. */
export interface Names {
  product: (product: string) => string;
  plan: (product: string | undefined, plan: string) => string;
}

/** What happened to the thing that stands before it, as a sentence of the reader's language. */
export function sentenceOf(one: Happening, names: Names): string {
  const { count } = one;
  const text = once(one, names);
  return count === 1 || one.kind === 'trade.closed' ? text : t('{what} (×{count})', { what: text, count });
}

const finding = (texts: Record<string, string>, { code = '', index = '', indexes: count = 1 }: Happening['detail']) =>
  t(texts[code] ?? code, { count, index });

function once({ kind, count, amount, currency, detail }: Happening, names: Names): string {
  const why = detail.code ? t(VARIABLE[detail.code] ?? detail.code) : '';
  // A profit as it is read at a glance: the list has every digit in a column of its own.
  const digits = kind === 'trade.closed' ? rounded : decimal;
  const sum = amount === null ? '' : `${digits(amount)} ${currency ?? ''}`.trim();
  switch (kind) {
    case 'server.added':
      return t('Is watched from now on');
    case 'server.removed':
      return t('Is no longer watched');
    case 'server.unreachable':
      return t('Could not be reached any more');
    case 'server.reachable':
      return t('Answers again, after {time}', { time: lasted(detail.seconds ?? 0) });
    case 'finding.found':
      return finding(CHANGES, detail);
    case 'finding.solved': {
      const what = finding(TITLES, detail);
      // How long there were indexes of a kind says nothing about any of them.
      const isOfIndexes = detail.code?.startsWith('index_');
      return isOfIndexes ? what : t('{what}, after {time}', { what, time: lasted(detail.seconds ?? 0) });
    }
    case 'bot.created':
      return t('Was created');
    case 'bot.started':
      return t('Was started');
    case 'bot.stopped':
      return t('Was stopped');
    case 'bot.halted':
      return t('Halted by itself: {why}', { why });
    case 'bot.deleted':
      return t('Was deleted');
    case 'trade.closed':
      return t('{count, plural, one {Closed a trade: {sum}} other {Closed # trades: {sum}}}', { count, sum });
    case 'subscription.changed':
      return subscription(detail, names);
    case 'order.decided':
      return detail.code === 'approved' ? t('The order was approved') : t('The order was refused');
    case 'invoice.issued':
      return t('Was issued: {sum}', { sum });
    case 'invoice.paid':
      return t('Was paid: {sum}', { sum });
    case 'invoice.due':
      return due(detail.daysOverdue ?? 0, sum);
    case 'payment.disputed':
      if (detail.code === 'won') return t('The bank decided for you: {sum} stays paid', { sum });
      if (detail.code === 'lost') return t('The bank gave {sum} back', { sum });
      return t('Was taken back at a bank: {sum}', { sum });
    case 'seats.stopped':
      return t('Is not bought by itself any more: a payment failed');
    case 'top_up.stopped':
      return t('Is not bought by itself any more: {why}', { why });
    case 'quota.reached':
      return t('{percent} % of the quota are used', { percent: detail.percent ?? 0 });
    case 'member.joined':
      return t('Joined as {role}', { role: t(detail.code ?? 'viewer') });
    case 'member.changed':
      return t('Has another role: {role}', { role: t(detail.code ?? 'viewer') });
    case 'member.left':
      return t('Left the organisation');
    case 'key.created':
      return t('API key created');
    case 'key.replaced':
      return t('API key replaced');
    case 'key.revoked':
      return t('API key revoked');
    default:
      return kindWord(kind);
  }
}

function subscription({ code = '', product, plan = '', planBefore }: Happening['detail'], names: Names): string {
  if (planBefore)
    return t('From {before} to {plan}', { before: names.plan(product, planBefore), plan: names.plan(product, plan) });
  const said = STATUSES[code];
  return said ? t(said) : t('Was changed: {plan}', { plan: names.plan(product, plan) });
}

function due(days: number, sum: string): string {
  if (days < 0)
    return t('{days, plural, one {Is due tomorrow: {sum}} other {Is due in # days: {sum}}}', { days: -days, sum });
  if (days === 0) return t('Is due today: {sum}', { sum });
  return t('{days, plural, one {Has been due since yesterday: {sum}} other {Has been due for # days: {sum}}}', {
    days,
    sum,
  });
}
