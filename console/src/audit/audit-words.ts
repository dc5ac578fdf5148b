import type { AuditEntry, FieldChange } from '@tidegate/client';
import { auditListOutcome } from '@tidegate/client/generated/choices';
import { t } from '../kernel/strings.ts';

type Kind = AuditEntry['thing']['kind'];
type Means = AuditEntry['actor']['kind'];

/** What was done, by the last word of an operation’s name. */
const WORDS: Readonly<Record<string, string>> = {
  accept: 'Joined',
  'accept-own': 'Joined',
  add: 'Added',
  apply: 'Applied',
  begin: 'Exported',
  'begin-billing': 'Billing began',
  'begin-upload': 'Upload began',
  cancel: 'Cancelled',
  'cancel-upload': 'Upload cancelled',
  canceled: 'Ended',
  change: 'Changed',
  changed: 'Changed',
  'change-role': 'Role changed',
  'charge-once': 'Charged',
  correct: 'Corrected',
  create: 'Created',
  credit: 'Credited',
  decide: 'Order decided',
  delete: 'Deleted',
  dismiss: 'Dismissed',
  duplicate: 'Duplicated',
  end: 'Ended',
  enter: 'Code entered',
  extend: 'Extended',
  follow: 'Buying members changed',
  give: 'Given',
  import: 'Imported',
  leave: 'Left the organisation',
  login: 'Logged in',
  moved: 'Moved to another plan',
  'move-ordered': 'Move to another plan ordered',
  order: 'Ordered',
  overdue: 'Overdue',
  paid: 'Paid',
  pause: 'Paused',
  paused: 'Paused',
  pay: 'Marked as paid',
  prove: 'Proof checked',
  register: 'Created',
  remove: 'Removed',
  rename: 'Renamed',
  resend: 'Sent again',
  'resend-confirmation': 'Sent again',
  restore: 'Shown again',
  resume: 'Resumed',
  resumed: 'Resumed',
  retry: 'Sent again',
  revert: 'Reverted',
  revoke: 'Revoked',
  rotate: 'Replaced',
  'rotate-secret': 'Secret replaced',
  set: 'Changed',
  settle: 'Settled',
  start: 'Started',
  stop: 'Stopped',
  'trial-ended': 'Trial ended',
  unpaid: 'Unpaid',
  update: 'Changed',
  void: 'Voided',
};

const KINDS: Readonly<Record<Kind, string>> = {
  organisation: 'Organisation',
  member: 'Member',
  invitation: 'Invitation',
  session: 'Session',
  api_key: 'API key',
  link: 'Shared link',
  domain: 'Domain',
  theme: 'Appearance',
  mail_sender: 'Sender of mails',
  server: 'Server',
  annotation: 'Note',
  finding: 'Finding',
  bot: 'Bot',
  market: 'Market',
  candles: 'Candles',
  backtest: 'Backtest',
  sweep: 'Sweep',
  channel: 'Channel',
  delivery: 'Delivery',
  subscription: 'Subscription',
  seats: 'Members bought',
  package: 'Package',
  top_up: 'Automatic top-up',
  billing_details: 'Billing details',
  grant: 'Grant',
  credit: 'Credit',
  coupon: 'Coupon',
  invoice: 'Invoice',
  dispute: 'Dispute',
  usage_settings: 'Settings of usage',
  usage_event: 'Usage event',
  backfill: 'Backfill',
};

const EACH: Readonly<Record<Means, string>> = {
  person: 'Logged in',
  api_key: 'API key',
  service_key: 'Key of the operator’s backend',
  support: 'Support',
  platform: 'The platform itself',
};

export const OUTCOMES = auditListOutcome.filter((one) => one !== 'all');
export const outcomeWord = (outcome: (typeof OUTCOMES)[number]): string =>
  outcome === 'done' ? t('Carried out') : t('Refused');

export const THINGS = Object.keys(KINDS) as Kind[];
export const MEANS = Object.keys(EACH) as Means[];

export const thingWord = (kind: Kind): string => t(KINDS[kind]);
export const meansWord = (kind: Means): string => t(EACH[kind]);
/** An operation that is newer than this page is shown by its name. */
export const actionWord = (action: string): string => {
  const word = WORDS[action.split('.').at(-1) ?? ''];
  return word ? t(word) : action;
};

export const whoWord = ({ kind, name, userId, keyName, keyId }: AuditEntry['actor']): string => {
  if (kind === 'support' || kind === 'platform' || kind === 'service_key') return meansWord(kind);
  if (kind === 'api_key') return keyName ?? keyId ?? meansWord(kind);
  return name ?? (userId ? t('A deleted account') : meansWord(kind));
};

/** Why somebody was refused, or null where they were not. */
export const whyRefused = ({ refused, action, actor, missingScope }: AuditEntry): string | null => {
  if (!refused) return null;
  if (action === 'sessions.login') return t('Wrong password');
  const isKey = actor.kind === 'api_key' || actor.kind === 'service_key';
  if (!missingScope) return isKey ? t('Not with a key') : t('Not with this account');
  return isKey
    ? t('The key lacks the right {right}', { right: missingScope })
    : t('Their role lacks the right {right}', { right: missingScope });
};

export const changeText = ({ field, from, to, hidden }: FieldChange): string => {
  if (hidden) return t('{field}: set, not shown', { field });
  if (from === undefined) return `${field}: ${to ?? '–'}`;
  return `${field}: ${from ?? '–'} → ${to ?? '–'}`;
};
