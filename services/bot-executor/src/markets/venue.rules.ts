import {
  add,
  compare,
  div,
  type Fraction,
  fraction,
  millionths,
  mul,
  sub,
  toText,
  whole,
} from '../kernel/exact.rules.ts';

/*
 * What an exchange demands of orders and positions beside tick, lot and minimum. Markets that come with Tidegate and
 * those of organisations demand none of it; a market of a live exchange does:
 *
 *   price steps   from a price on, prices are whole multiples of a coarser step (a tick table, or significant digits)
 *   price band    a limit further from the last price than this is refused: it is placed once the price is nearer
 *   most lots     of an order, at the market too: no position is built that one order could not close
 *   most orders   that a bot may have at the exchange at a time: fewer averaging orders are active
 *   tiers         the more a position is worth, the more margin must be left and the less may be borrowed
 *
 * Inverse contracts, whose value is lots over price, cannot be represented here and are refused.
 */
export interface VenueTerms {
  /** What profit is paid in; the quote currency when not given. */
  settle?: string;
  priceSteps?: readonly { from: string; step: string }[];
  priceBandPercent?: string;
  maxQuantity?: string;
  maxOrders?: number;
  /** Ascending; nothing may be worth more than the last one says. */
  tiers?: readonly { upTo: string; maintenancePercent: string; maxLeverage: string }[];
}

export interface VenueRules {
  terms: VenueTerms;
  /** In ticks, ascending. */
  steps: readonly { from: bigint; step: bigint }[];
  band: Fraction | undefined;
  maxLots: bigint | undefined;
  maxOrders: number | undefined;
  tiers: readonly Tier[];
}

export interface Tier {
  /** In tick × lots. */
  upTo: Fraction;
  ppm: bigint;
  /** Taken off the margin to keep, so that it does not jump from tier to tier; in tick × lots. */
  deduction: Fraction;
  maxLeverage: Fraction;
}

interface Units {
  quote: string;
  tick: Fraction;
  lot: Fraction;
  unit: Fraction;
}

export function venueRules(terms: VenueTerms, { quote, tick, lot, unit }: Units): VenueRules {
  if (terms.settle !== undefined && terms.settle !== quote)
    throw new Error(`A contract that is settled in ${terms.settle} instead of ${quote} is inverse and not supported.`);
  const parts = (text: string, of: Fraction) => wholeNumber(div(fraction(text), of), text);
  const steps = (terms.priceSteps ?? []).map(({ from, step }) => ({
    from: parts(from, tick),
    step: parts(step, tick),
  }));
  for (const [index, { from, step }] of steps.entries()) {
    const before = steps[index - 1] ?? { from: 0n, step: 1n };
    if (step <= 0n || from <= before.from || from % step !== 0n || from % before.step !== 0n)
      throw new Error(`Price step ${index + 1} must begin above the one before, at a price that is on both.`);
  }
  return {
    terms,
    steps,
    band: terms.priceBandPercent === undefined ? undefined : div(fraction(terms.priceBandPercent), whole(100)),
    maxLots: terms.maxQuantity === undefined ? undefined : parts(terms.maxQuantity, lot),
    maxOrders: terms.maxOrders,
    tiers: tiersOf(terms, unit),
  };
}

function tiersOf({ tiers = [] }: VenueTerms, unit: Fraction): Tier[] {
  let [before, ppmBefore, deduction] = [whole(0), 0n, whole(0)];
  return tiers.map(({ upTo, maintenancePercent, maxLeverage }, index) => {
    const ppm = wholeNumber(mul(fraction(maintenancePercent), whole(10_000)), maintenancePercent);
    if (index > 0) {
      const more = sub(millionths(ppm), millionths(ppmBefore));
      deduction = add(deduction, mul(before, more));
    }
    const end = div(fraction(upTo), unit);
    if (sub(end, before).n <= 0n || ppm < ppmBefore) throw new Error(`Tier ${index + 1} must be above the one before.`);
    [before, ppmBefore] = [end, ppm];
    return { upTo: end, ppm, deduction, maxLeverage: fraction(maxLeverage) };
  });
}

function wholeNumber({ n, d }: Fraction, text: string): bigint {
  if (n % d !== 0n) throw new Error(`${text} is no whole number of the market’s steps.`);
  return n / d;
}

/** Steps of a market whose prices have at most so many significant digits, from a tick of one on. */
export function significantSteps(digits: number, tick: Fraction, highest: Fraction): VenueTerms['priceSteps'] {
  const steps: { from: string; step: string }[] = [];
  for (let step = tick; ; step = mul(step, whole(10))) {
    const from = mul(step, whole(10n ** BigInt(digits)));
    if (sub(from, highest).n > 0n) return steps;
    steps.push({ from: toText(from, 24), step: toText(mul(step, whole(10)), 24) });
  }
}

/** The nearest price that an order may have, on the side where it is never nearer than planned: down to buy, up to sell. */
export function onStep({ venue }: { venue: VenueRules | undefined }, ticks: bigint, up: boolean): bigint {
  if (!venue || ticks <= 0n) return ticks;
  const step = venue.steps.findLast(({ from }) => ticks >= from)?.step ?? 1n;
  const below = ticks - (ticks % step);
  return up && below < ticks ? below + step : below;
}

/** What an open position must keep as margin, as a part of its value in tick × lots. */
export function maintenanceOf(
  { venue, maintenancePpm }: { venue: VenueRules | undefined; maintenancePpm: number },
  value: Fraction,
): Fraction {
  const tier = venue && tierOf(venue, value);
  if (!tier) return millionths(maintenancePpm);
  return sub(millionths(tier.ppm), div(tier.deduction, value));
}

/** The last one for whatever is worth more. */
export const tierOf = ({ tiers }: VenueRules, value: Fraction): Tier | undefined =>
  tiers.find(({ upTo }) => compare(value, upTo) <= 0) ?? tiers.at(-1);
