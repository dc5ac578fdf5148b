import type {
  Enforcement,
  FeatureGrant,
  FeatureKind,
  Level,
  QuotaWindow,
  Rollover,
} from '@tidegate/contracts/billing/features';
import { Level as Levels } from '@tidegate/contracts/billing/features';

/** How much of a feature: a number (null is unlimited), yes or no, a level. */
export type GrantValue = number | null | boolean | Level;

/** What a limit of a metered feature does when it is reached. */
export interface Terms {
  enforcement: Enforcement;
  /** Per cent beyond a soft limit after which use is refused. */
  grace: number | null;
  per: QuotaWindow;
  rollover?: Rollover | undefined;
}

/**
 * One thing that gives something of a feature. set: this and nothing less counts as the base, the latest wins. max: at
 * least this. add: on top of the base.
 */
export interface Grant {
  id: string;
  feature: string;
  op: 'set' | 'add' | 'max';
  value: GrantValue;
  /** Milliseconds; half-open. */
  from: number;
  until: number | null;
  /** Of a plan's metered feature. */
  terms?: Terms | undefined;
}

const LEVELS = Levels.options;
const levelOf = (value: GrantValue): number => LEVELS.indexOf(value as Level);

export const isLive = ({ from, until }: Pick<Grant, 'from' | 'until'>, at: number): boolean =>
  from <= at && (until === null || at < until);

/** Whether the value is one that a feature of this kind can have. Others give nothing. */
export function fits(kind: FeatureKind, value: GrantValue): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'level') return typeof value === 'string' && levelOf(value) >= 0;
  return value === null ? kind !== 'static' : typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * What grants of one feature come to, in whatever order they are given. Undefined when nothing gives it: then it is not
 * included. `per` is the window of a metered feature that no plan gives.
 */
export function fold(kind: FeatureKind, per: QuotaWindow, all: readonly Grant[]): FeatureGrant | undefined {
  const grants = all.filter(({ value }) => fits(kind, value));
  if (grants.length === 0) return undefined;
  const adding = grants.filter(({ op }) => op === 'add').map(({ value }) => value);
  const set = grants.filter(({ op }) => op === 'set').reduce(later, undefined);
  const base = set ? [set.value] : grants.filter(({ op }) => op === 'max').map(({ value }) => value);
  switch (kind) {
    case 'boolean':
      return { kind, value: [...base, ...adding].some((value) => value === true) };
    case 'level':
      return { kind, level: LEVELS[Math.max(...[...base, ...adding].map(levelOf))] as Level };
    case 'counted':
      return { kind, limit: total(base, adding) };
    case 'static':
      return { kind, value: total(base, adding) ?? 0 };
    case 'metered': {
      const limit = total(base, adding);
      const { grace, rollover, ...terms }: Terms = termsOf(grants) ?? { enforcement: 'hard', grace: null, per };
      const ceiling = ceilingOf(limit, { ...terms, grace });
      // Of what is unlimited nothing is ever left.
      return { kind, limit, ...terms, ceiling, ...(rollover && limit !== null ? { rollover } : {}) };
    }
  }
}

const later = (one: Grant | undefined, other: Grant): Grant =>
  !one || other.from > one.from || (other.from === one.from && other.id > one.id) ? other : one;

/** The most of the base and all that is added. Unlimited absorbs; more than can be counted exactly is the most that can. */
function total(base: readonly GrantValue[], adding: readonly GrantValue[]): number | null {
  const amounts = [...base, ...adding] as (number | null)[];
  if (amounts.includes(null)) return null;
  const most = base.reduce<number>((max, value) => Math.max(max, value as number), 0);
  // Exact whatever the order: integers up to 2^53, cut only at the end.
  const sum = adding.reduce<bigint>((so, value) => so + BigInt(value as number), BigInt(most));
  return sum > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(sum);
}

/** Nothing passes it: the limit when hard, more with a grace, nothing when use is never refused. */
export function ceilingOf(limit: number | null, { enforcement, grace }: Omit<Terms, 'per'>): number | null {
  if (limit === null) return null;
  if (enforcement === 'hard') return limit;
  if (enforcement === 'overage' || grace === null) return null;
  const ceiling = BigInt(limit) + (BigInt(limit) * BigInt(grace)) / 100n;
  return ceiling > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(ceiling);
}

const GENTLE: Record<Enforcement, number> = { soft: 2, overage: 1, hard: 0 };

/** Where several plans give the feature, the terms that refuse last: so none of the plans gives less than it says. */
function termsOf(grants: readonly Grant[]): Terms | undefined {
  const given = grants.flatMap(({ terms, value }) => (terms ? [{ terms, value: value as number | null }] : []));
  const infinite = (amount: number | null) => amount ?? Number.POSITIVE_INFINITY;
  const compare = (a: (typeof given)[number], b: (typeof given)[number]): number =>
    ordered(infinite(ceilingOf(b.value, b.terms)), infinite(ceilingOf(a.value, a.terms))) ||
    GENTLE[b.terms.enforcement] - GENTLE[a.terms.enforcement] ||
    ordered(infinite(b.value), infinite(a.value)) ||
    (b.terms.grace ?? 0) - (a.terms.grace ?? 0) ||
    (b.terms.rollover?.max ?? 0) - (a.terms.rollover?.max ?? 0) ||
    (b.terms.rollover?.periods ?? 0) - (a.terms.rollover?.periods ?? 0) ||
    ordered(a.terms.per, b.terms.per);
  return [...given].sort(compare)[0]?.terms;
}

const ordered = <T extends number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
