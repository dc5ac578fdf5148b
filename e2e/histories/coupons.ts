import { later, type Span } from './calendar.ts';
import type { Plan, Product } from './sold.ts';

/* What is taken off by codes: part of the model, written from the documents, apart from the service. */
export type Coupon = 'eighth' | 'three' | 'half' | 'of_pro' | 'few';
export const COUPONS: Coupon[] = ['eighth', 'three', 'half', 'of_pro', 'few'];

interface Terms {
  /** Thousandths of the price. */
  share?: number;
  /** Off a whole period. */
  cents?: number;
  /** So many months; `once`: what is paid for at a time. */
  lasts: number | 'once' | 'for ever';
  plans?: Plan[];
  /** So many organisations. */
  most?: number;
}
export const TERMS: Record<Coupon, Terms> = {
  eighth: { share: 125, lasts: 'for ever' },
  three: { cents: 300, lasts: 2 },
  half: { share: 500, lasts: 'once' },
  of_pro: { share: 100, lasts: 'for ever', plans: ['pro', 'plus'] },
  few: { share: 150, lasts: 3, most: 2 },
};

export const isFor = (coupon: Coupon, plan: Plan): boolean => TERMS[coupon].plans?.includes(plan) ?? true;

/** How many organisations have had each: those who are invoiced by hand, and those who entered it at Stripe. */
export type Uses = Map<Coupon, { byHand: number; atStripe: number }>;
export const NO_USES = { byHand: 0, atStripe: 0 };

export interface Running {
  coupon: Coupon;
  product: Product;
  from: number;
  until: number;
}

/** The coupons of one organisation: each is had once, and a product has one at a time. */
export class Coupons {
  readonly had: Running[] = [];

  constructor(private readonly uses: Uses) {}

  /** Whether it can be had from an instant on. */
  fits(coupon: Coupon, product: Product, from: number): boolean {
    if (this.had.some((one) => one.coupon === coupon || (one.product === product && one.until > from))) return false;
    const { byHand, atStripe } = this.uses.get(coupon) ?? NO_USES;
    return byHand + atStripe < (TERMS[coupon].most ?? Number.POSITIVE_INFINITY);
  }

  /** @param paid what is paid for at a time when it begins */
  take(coupon: Coupon, product: Product, from: number, paid: Span): void {
    const { lasts } = TERMS[coupon];
    const until = lasts === 'once' ? paid.end : lasts === 'for ever' ? Number.POSITIVE_INFINITY : later(from, lasts);
    this.had.push({ coupon, product, from, until });
    const { byHand, atStripe } = this.uses.get(coupon) ?? NO_USES;
    this.uses.set(coupon, { byHand: byHand + 1, atStripe });
  }

  end(coupon: Coupon, now: number): boolean {
    const one = this.had.find((had) => had.coupon === coupon);
    if (one) one.until = Math.min(one.until, now);
    return one !== undefined;
  }

  running(product: Product, at: number): Coupon | undefined {
    return this.had.find((one) => one.product === product && one.from <= at && at < one.until)?.coupon;
  }
}

/**
 * What a coupon takes from charges that are made together: rounded once, and shared out among them, what is left of the
 * division a cent each to those that lost most by it.
 *
 * @param kept what it takes already from the rest of the period, of what goes on unchanged
 */
export function taken(
  charges: readonly number[],
  coupon: Coupon | undefined,
  { plan, rest, kept }: { plan: Plan; rest: (cents: number) => number; kept: number },
): number[] {
  if (!coupon || !isFor(coupon, plan)) return charges.map(() => 0);
  const { share, cents = 0 } = TERMS[coupon];
  const sum = charges.reduce((all, one) => all + one, 0);
  if (sum === 0) return charges.map(() => 0);
  const wanted = share === undefined ? Math.max(0, rest(cents) - kept) : Math.floor((sum * share) / 1_000 + 0.5);
  const off = Math.min(sum, wanted);
  const parts = charges.map((one) => Math.floor((off * one) / sum));
  const lost = charges.map((one) => (off * one) % sum);
  const order = [...charges.keys()].sort((a, b) => (lost[b] as number) - (lost[a] as number) || a - b);
  const left = off - parts.reduce((all, one) => all + one, 0);
  for (const index of order.slice(0, left)) parts[index] = (parts[index] as number) + 1;
  return parts;
}
