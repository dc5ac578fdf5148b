import type { Operation } from './operation.ts';

/** What a change was made to: the words that the audit log, its filter and the console have for it. */
export const THING_KINDS = [
  'organisation',
  'member',
  'invitation',
  'session',
  'api_key',
  'link',
  'domain',
  'theme',
  'mail_sender',
  'server',
  'annotation',
  'finding',
  'bot',
  'market',
  'candles',
  'backtest',
  'sweep',
  'channel',
  'delivery',
  'subscription',
  'seats',
  'package',
  'top_up',
  'billing_details',
  'grant',
  'credit',
  'coupon',
  'invoice',
  'dispute',
  'usage_settings',
  'usage_event',
  'backfill',
] as const;
export type ThingKind = (typeof THING_KINDS)[number];

/**
 * How a change of an organisation gets into its audit log. What is not named here is not shown: of a field that was sent
 * and is not in `shows` the log says that it was set, and not to what.
 */
export interface Audited {
  readonly thing: ThingKind;
  /** The field with the thing's id, of the input or else of the answer; `userId` also of the caller. null: there is one. */
  readonly id?: string | null;
  /** The field with the name by which people know it: of the answer, of what it was, or of the input. */
  readonly name?: string;
  /** Fields of the input or the answer whose values, and those before, may be read by whoever reads the log. */
  readonly shows?: readonly string[];
  /** Fields of the input that say nothing about the thing: a repeated name, a page. */
  readonly ignores?: readonly string[];
  /**
   * What the thing was, for old values and the names of what is deleted: the operation with GET that answers it, of the
   * same service, asked in the transaction of the change. A handler that has it anyway says it by `was` instead.
   */
  readonly before?: () => Operation;
  /** The field with the person, where a service asks for them. */
  readonly by?: string;
  /** The field with the organisation, where the caller does not act in it. */
  readonly of?: string;
}

/** Why an operation that writes is in nobody's audit log. */
export interface NotAudited {
  readonly none: string;
}
export const notAudited = (none: string): NotAudited => ({ none });

/* The reasons that are shared. */
export const COUNTED = notAudited(
  'counted or measured, many times a second: no deliberate change of how anything works',
);
export const ONESELF = notAudited('of a person and no organisation: GET /api/v1/me/events has it');
export const CHANGES_NOTHING = notAudited('it looks or tries, and leaves everything as it was');
export const INTERNAL = notAudited('between services, as a part of what was recorded or of what nobody decided');
export const INSTALLATION = notAudited('of the installation and no organisation: the operator’s logs have it');
