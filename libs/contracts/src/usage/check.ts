import { z } from 'zod';
import { type Entitlements, Upgrade } from '../billing/entitlements.ts';
import { FeatureKey, type FeatureKind, Level, Limit } from '../billing/features.ts';
import { accessTo, addonFor, type Need, planFor, productOf, upgradeFor } from '../billing/snapshot.ts';
import { COUNTED } from '../kernel/audit.ts';
import { operation } from '../kernel/operation.ts';
import { problem } from '../kernel/problem.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { UpgradeAddon } from '../kernel/upgrade-addon.ts';
import { type Credited, leftOf, limitFor } from './credits.ts';
import { MAX_QUANTITY } from './event.ts';
import { MAX_TTL_SECONDS, TTL_SECONDS } from './leases.ts';
import { Figure, inSteps, limitInSteps, Quantity, unitsOf } from './quantity.ts';

export const CheckReason = z.enum(['no_subscription', 'not_included', 'limit_reached', 'past_due', 'read_only']).meta({
  id: 'CheckReason',
  description:
    'no_subscription: no plan of the product. not_included: the plan lacks the feature. limit_reached: nothing is left. ' +
    'past_due: a payment is overdue for longer than the days of grace. read_only: the subscription is paused',
});
export type CheckReason = z.infer<typeof CheckReason>;

const FEATURE_KINDS = ['counted', 'metered', 'static', 'boolean', 'level'] as const satisfies readonly FeatureKind[];

export const Check = z
  .object({
    feature: FeatureKey,
    allowed: z.boolean(),
    reason: CheckReason.nullable().meta({ description: 'Why not; null when it is allowed' }),
    kind: z.enum(FEATURE_KINDS).nullable().meta({ description: 'null: no plan of the organisation has the feature' }),
    product: z.string().nullable().meta({ description: 'null: shared by all products' }),
    plan: z.string().nullable(),
    level: Level.nullable().meta({ description: 'Of a feature with levels' }),
    limit: Limit.meta({ description: 'null: unlimited, or a feature without numbers' }),
    used: Figure.nullable().meta({ description: 'null: not counted here' }),
    remaining: Figure.min(0).nullable().meta({
      description:
        'Of the limit and of prepaid credits, without what others hold; null: unlimited, or not counted here',
    }),
    credits: Figure.min(0).nullable().meta({ description: 'Prepaid units in `remaining`; null: not counted here' }),
    resetsAt: Timestamp.nullable().meta({ description: 'When the use of a metered feature is reset; null: never' }),
    upgrade: Upgrade.nullable().meta({
      description: 'The cheapest plan on offer that gives what was asked, or more where it is allowed',
    }),
    addon: UpgradeAddon.nullable().meta({
      description: 'The cheapest add-on on offer that gives what was asked, or more where it is allowed',
    }),
    holdId: Id.optional().meta({ description: 'Commit or release it' }),
    expiresAt: Timestamp.optional().meta({ description: 'The hold frees its units by itself at this instant' }),
  })
  .meta({ id: 'Check' });
export type Check = z.infer<typeof Check>;

const Hold = z.strictObject({
  key: z.string().min(1).max(100).meta({
    description: 'Chosen by you, new for every piece of work; the same key again returns the same hold',
  }),
  ttlSeconds: z
    .int()
    .min(1)
    .max(MAX_TTL_SECONDS)
    .default(TTL_SECONDS)
    .meta({ description: 'The hold ends by itself after this time, at most a day' }),
});

export const holdEnded = problem(
  'hold_ended',
  409,
  'The hold has ended',
  z.object({ holdId: Id, state: z.enum(['expired', 'released', 'committed']), quantity: z.int() }),
);

export const checkEntitlement = operation({
  service: 'usage',
  name: 'entitlements.check',
  http: ['POST', '/api/v1/entitlements/check'],
  scope: 'usage:write',
  summary: 'May the organisation do this now?',
  description:
    'For every kind of feature. Without `hold` nothing is written: two callers may both be told yes for the last unit. With ' +
    '`hold` the units of a metered feature are reserved until the hold is committed, released or expires, and all holds, ' +
    'leases and usage together never exceed the limit. A refusal is an answer, not an error. The key of a hold that has ' +
    'ended is refused: other work needs another key.',
  audit: COUNTED,
  input: z.strictObject({
    feature: FeatureKey,
    quantity: Quantity.default(1).meta({
      description: 'Units that the work needs, above 0; parts of one only of meters with decimals',
    }),
    used: z.int().min(0).optional().meta({
      description: 'For counted features of your own product: how many exist. Without it the answer only has the limit',
    }),
    level: Level.optional().meta({ description: 'The level that the work needs; by default any but none' }),
    hold: Hold.optional().meta({ description: 'Reserve the units of a metered feature' }),
  }),
  output: Check,
  errors: [holdEnded],
  status: 200,
  metered: false,
});

export const EndedHold = z
  .object({
    holdId: Id,
    feature: FeatureKey,
    held: z.int().min(1),
    quantity: z.int().min(0).meta({ description: 'What was counted' }),
    released: z.int().min(0).meta({ description: 'What others can have again' }),
  })
  .meta({ id: 'EndedHold' });

const holdId = Id.meta({ description: '`holdId` of the check' });

export const commitHold = operation({
  service: 'usage',
  name: 'holds.commit',
  http: ['POST', '/api/v1/entitlements/holds/{holdId}/commit'],
  scope: 'usage:write',
  summary: 'The work was done: count it and end the hold',
  description:
    'The usage counts at the instant at which the hold was taken. Less than was held frees the rest; more is counted if the ' +
    'limit allows it, and otherwise refused with `quota_exhausted` while the hold stays as it is. Repeated with the same ' +
    'quantity it is answered as the first time.',
  audit: COUNTED,
  input: z.strictObject({
    holdId,
    quantity: z
      .int()
      .min(0)
      .max(MAX_QUANTITY)
      .optional()
      .meta({ description: 'What was used; by default what is held' }),
  }),
  output: EndedHold,
  errors: [holdEnded],
  status: 200,
  metered: false,
});

export const releaseHold = operation({
  service: 'usage',
  name: 'holds.release',
  http: ['POST', '/api/v1/entitlements/holds/{holdId}/release'],
  scope: 'usage:write',
  summary: 'The work was not done: give everything back',
  audit: COUNTED,
  input: z.strictObject({ holdId }),
  output: EndedHold,
  errors: [holdEnded],
  status: 200,
  metered: false,
});

export interface Ask {
  feature: string;
  quantity: number;
  /** How many of a counted thing exist. */
  used?: number | undefined;
  level?: Level | undefined;
}

/** What is counted of a metered feature in the window of its limit. */
export interface Metering extends Credited {
  resetsAt: string | null;
  /** Digits behind the point that the meter has, by default none. */
  decimals?: number | undefined;
}

/**
 * Decides from the snapshot alone, and for metered features from what is counted. Free of input and output, so that every
 * service and every product can decide for itself.
 */
export function judge(snapshot: Entitlements, ask: Ask, metering?: Metering): Check {
  const { feature } = ask;
  const grant = snapshot.features[feature];
  const check: Check = {
    feature,
    allowed: true,
    reason: null,
    kind: grant?.kind ?? null,
    product: productOf(snapshot, feature),
    plan: planFor(snapshot, feature)?.plan ?? null,
    level: null,
    limit: null,
    used: null,
    remaining: null,
    credits: null,
    resetsAt: null,
    upgrade: null,
    addon: null,
  };
  if (!grant) {
    // Of what no plan has, nobody knows whether it is counted: a level and an amount are both what was asked.
    offer(check, snapshot, { level: ask.level, amount: (ask.used ?? 0) + ask.quantity });
    return refuse(check, lacks(snapshot, feature) ? 'no_subscription' : 'not_included');
  }
  const barred = barredBy(snapshot, feature);
  const refusal = measure(check, grant, ask, metering);
  // A larger plan pays no debt and ends no pause.
  if (barred) return refuse(check, barred);
  offer(check, snapshot, refusal?.need);
  return refusal ? refuse(check, refusal.reason) : check;
}

function offer(check: Check, snapshot: Entitlements, need: Need | undefined): void {
  check.upgrade = upgradeFor(snapshot, check.feature, need) ?? null;
  check.addon = addonFor(snapshot, check.feature, need) ?? null;
}

/** Why nothing new may be done with a feature at the moment, whatever is left of it. */
export function barredBy(snapshot: Pick<Entitlements, 'features' | 'plans'>, feature: string): CheckReason | undefined {
  if (accessTo(snapshot, feature) !== 'read_only') return undefined;
  return planFor(snapshot, feature)?.status === 'past_due' ? 'past_due' : 'read_only';
}

function refuse(check: Check, reason: CheckReason): Check {
  check.allowed = false;
  check.reason = reason;
  return check;
}

/** A feature that no plan of the organisation has: whether it is of a product to which it has no subscription. */
function lacks({ plans, upgrade }: Entitlements, feature: string): boolean {
  const product = upgrade[feature]?.product;
  return Object.keys(plans).length === 0 || (product !== undefined && plans[product] === undefined);
}

const RANK: Record<Level, number> = { none: 0, basic: 1, premium: 2, unlimited: 3 };

interface Refusal {
  reason: CheckReason;
  /** What would have sufficed. */
  need: Need;
}
const reached = (amount: number): Refusal => ({ reason: 'limit_reached', need: { amount } });

/** Writes down what the grant says and answers why it does not suffice. */
function measure(
  check: Check,
  grant: Entitlements['features'][string],
  { quantity, used, level = 'basic' }: Ask,
  metering: Metering | undefined,
): Refusal | undefined {
  if (grant.kind === 'boolean') return grant.value ? undefined : { reason: 'not_included', need: {} };
  if (grant.kind === 'level') {
    check.level = grant.level;
    return RANK[grant.level] >= RANK[level] ? undefined : { reason: 'not_included', need: { level } };
  }
  if (grant.kind === 'static') {
    check.limit = grant.value;
    return quantity <= grant.value ? undefined : reached(quantity);
  }
  check.limit = grant.limit;
  if (grant.limit === 0) check.remaining = 0;
  if (grant.kind === 'counted') {
    if (used !== undefined) {
      check.used = used;
      check.remaining = grant.limit === null ? null : Math.max(0, grant.limit - used);
    }
    const wanted = (used ?? 0) + quantity;
    return grant.limit === null || wanted <= grant.limit ? undefined : reached(wanted);
  }
  if (metering) {
    const { decimals = 0, used: counted, reserved, drawn = 0, credits = 0, elsewhere = 0 } = metering;
    const steps = (units: number) => inSteps(units, decimals);
    const lent = { reserved: steps(reserved), elsewhere: steps(elsewhere) };
    const all = { used: steps(counted), drawn: steps(drawn), credits: steps(credits), ...lent };
    const left = (limit: number) => leftOf(limitInSteps(limit, decimals), all);
    check.used = counted;
    check.remaining = grant.limit === null ? null : unitsOf(Math.max(0, left(grant.limit)), decimals);
    check.credits = credits;
    check.resetsAt = metering.resetsAt;
    if (grant.ceiling === null) return undefined;
    if (steps(quantity) <= left(grant.ceiling)) return undefined;
    return reached(unitsOf(limitFor(steps(quantity), all), decimals));
  }
  return grant.ceiling === null || quantity <= grant.ceiling ? undefined : reached(quantity);
}
