import { type FeatureKind, Level } from '@tidegate/contracts/billing/features';
import { z } from 'zod';
import { LimitValue, line, WHOLE, Whole, wholeBetween } from './catalogue-values.rules.ts';

/* What a plan may write about a feature, by the kind of the feature. A missing limit is an error. */

const note = line(300).optional();
const LevelName = z.enum(Level.options);
const LEVELS = Level.options.join(', ');

/** How much of what is left is carried into the windows after its own. */
const RolloverDetails = z.strictObject(
  { max: wholeBetween(1, Number.MAX_SAFE_INTEGER), periods: wholeBetween(1, 12).default(1) },
  { error: 'Write rollover: { max: 500, periods: 1 }.' },
);

/** Prices are read apart: their messages depend on the currency. */
export const MeteredDetails = z.strictObject({
  limit: LimitValue,
  enforcement: z.enum(['hard', 'soft', 'overage']).default('hard'),
  grace: wholeBetween(1, 1_000).optional(),
  price: z.record(z.string(), z.unknown()).optional(),
  rollover: RolloverDetails.optional(),
  note,
});

export const GRANTS = {
  counted: z.union([
    LimitValue.transform((limit) => ({ limit, note: undefined })),
    z.strictObject({ limit: LimitValue, note }),
  ]),
  static: z.union([Whole.transform((value) => ({ value, note: undefined })), z.strictObject({ value: Whole, note })]),
  boolean: z.union([
    z.boolean().transform((value) => ({ value, note: undefined })),
    z.strictObject({ value: z.boolean(), note }),
  ]),
  level: z.union([
    LevelName.transform((level) => ({ level, note: undefined })),
    z.strictObject({ level: LevelName, note }),
  ]),
  metered: z.union([
    LimitValue.transform((limit) => ({
      limit,
      enforcement: 'hard' as const,
      grace: undefined,
      price: undefined,
      rollover: undefined,
      note: undefined,
    })),
    MeteredDetails,
  ]),
} as const;

export const EXPECTED: Record<FeatureKind, string> = {
  counted: `Write ${WHOLE}, the word unlimited, or { limit: …, note: … }.`,
  static: `Write ${WHOLE}, or { value: …, note: … }.`,
  boolean: 'Write true or false, or { value: …, note: … }.',
  level: `Write one of ${LEVELS}, or { level: …, note: … }.`,
  metered:
    `Write ${WHOLE}, the word unlimited, or ` +
    '{ limit: …, enforcement: hard | soft | overage, grace: …, price: …, rollover: …, note: … }.',
};

const More = wholeBetween(1, Number.MAX_SAFE_INTEGER);
const MoreOrUnlimited = z.union([More, z.literal('unlimited').transform(() => null)]);
const some = <T extends z.ZodType>(value: T) =>
  z.union([value.transform((given) => ({ value: given, note: undefined })), z.strictObject({ value, note })]);

/** What an add-on may write: only what gives something. */
export const ADDITIONS = {
  counted: some(MoreOrUnlimited),
  static: some(More),
  boolean: some(z.literal(true)),
  level: some(z.enum(['basic', 'premium', 'unlimited'])),
  metered: some(MoreOrUnlimited),
} as const;

export const ADDITION: Record<FeatureKind, string> = {
  counted: `Write how many more, ${WHOLE}, the word unlimited, or { value: …, note: … }.`,
  static: `Write how much more, ${WHOLE}, or { value: …, note: … }.`,
  boolean: 'Write true, or { value: true, note: … }: an add-on that gives nothing of it does not name it.',
  level: 'Write one of basic, premium, unlimited, or { value: …, note: … }.',
  metered: `Write how much more, ${WHOLE}, the word unlimited, or { value: …, note: … }.`,
};
