import type { OPERATIONS } from '@tidegate/client/generated/operations';
import { ifTranslated, isTranslating } from './strings.ts';

/** What is answered with names of the plan catalogue. */
const NAMED: ReadonlySet<keyof typeof OPERATIONS> = new Set<keyof typeof OPERATIONS>([
  'creditsGet',
  'entitlementsCurrent',
  'plansList',
  'seatsGet',
  'seatsPreview',
  'subscriptionsGet',
  'subscriptionsPreview',
  'topUpsGet',
  'usageCurrent',
]);
const FIELDS: ReadonlySet<string> = new Set([
  'addonName',
  'description',
  'name',
  'note',
  'planName',
  'productName',
  'unit',
]);

/** Names of the catalogue that Tidegate comes with, in the reader's language. Another one has the words of its operator. */
export const inOwnWords = <T>(operation: keyof typeof OPERATIONS, answer: T): T =>
  isTranslating() && NAMED.has(operation) ? (inWords(answer) as T) : answer;

function inWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      FIELDS.has(key) && typeof one === 'string' ? (ifTranslated(one) ?? one) : inWords(one),
    ]),
  );
}
