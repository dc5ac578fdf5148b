import { alreadySubscribed, notForSale } from '@tidegate/contracts/billing/checkout';
import type { unknownPlan } from '@tidegate/contracts/billing/plans';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import type { VersionedCatalogue, VersionedPlan } from '../../plans/catalogue-model.rules.ts';
import { offeredPlan } from '../../plans/offered-plan.rules.ts';
import { priceOf } from '../../prices/price-of.rules.ts';
import type { SubscriptionState } from '../mirror/subscription-state.rules.ts';
import { readLookupKey, type Sold } from '../prices/lookup-key.rules.ts';
import { usageSoldBy } from '../prices/usage-sold.rules.ts';

export interface Choice {
  product: string;
  plan: string;
  interval: 'month' | 'year';
  currency: string;
  addons: readonly { addon: string; quantity: number }[];
}

type RefuseChoice = Refuse<typeof unknownPlan | typeof notForSale>;

export interface Bought {
  plan: VersionedPlan;
  /** Usage is counted and has no quantity. */
  lines: { sold: Sold; quantity: number | null }[];
}

/** What is paid for: the plan, what it costs to begin, its usage and its add-ons. Throws for what is not sold like that. */
export function boughtBy(refuse: RefuseChoice, catalogue: VersionedCatalogue, choice: Choice): Bought {
  const { product, currency, interval } = choice;
  const plan = offeredPlan(refuse, catalogue.plans, product, choice.plan);
  if (!plan.offered || plan.approval)
    throw notSold(refuse, product, plan.plan, `${plan.plan} cannot be bought: it begins when an operator gives it.`);
  const { version } = plan;
  const usage = usageSoldBy(plan, { currency, interval });
  const least = usage.length > 0 ? 0 : 1;
  if (!isPriced(plan.prices, currency, interval, least)) throw notPriced(refuse, choice, plan.plan, plan.prices);
  const lines: Bought['lines'] = [
    { sold: { kind: 'plan', product, plan: plan.plan, version, currency, interval }, quantity: 1 },
  ];
  if (plan.setup.some((price) => price.currency === currency && price.amountMinor > 0))
    lines.push({ sold: { kind: 'setup', product, plan: plan.plan, version, currency }, quantity: 1 });
  lines.push(...usage.map(({ sold }) => ({ sold, quantity: null })));
  for (const { addon: name, quantity } of merged(choice.addons)) {
    const addon = catalogue.addons.find((one) => one.product === product && one.addon === name);
    if (!addon?.offered || !addon.plans.includes(plan.plan))
      throw notSold(refuse, product, name, `${name} cannot be bought: it is not sold with the plan ${plan.name}.`);
    if (addon.max !== null && quantity > addon.max)
      throw notSold(refuse, product, name, `${name} cannot be bought: there may be ${addon.max} of it.`);
    if (!priceOf(addon.prices, currency, interval)) throw notPriced(refuse, choice, name, addon.prices);
    const { version: of } = addon;
    lines.push({ sold: { kind: 'addon', product, addon: name, version: of, currency, interval }, quantity });
  }
  return { plan, lines };
}

/** The same twice is once with both quantities. */
function merged(addons: Choice['addons']): { addon: string; quantity: number }[] {
  const sums = new Map<string, number>();
  for (const { addon, quantity } of addons) sums.set(addon, (sums.get(addon) ?? 0) + quantity);
  return [...sums].map(([addon, quantity]) => ({ addon, quantity })).sort((a, b) => (a.addon < b.addon ? -1 : 1));
}

type Prices = readonly { currency: string; interval: 'month' | 'year'; amountMinor: number }[];

const isPriced = (prices: Prices, currency: string, interval: string, least = 1): boolean =>
  prices.some((one) => one.currency === currency && one.interval === interval && one.amountMinor >= least);

const notSold = (refuse: RefuseChoice, product: string, item: string, why: DetailOf<'not_for_sale'>): Error =>
  refuse(notForSale, { product, item }, why);

function notPriced(refuse: RefuseChoice, { product, currency, interval }: Choice, item: string, prices: Prices): Error {
  const offers = prices
    .filter(({ amountMinor }) => amountMinor > 0)
    .map((one) => `${one.currency} by the ${one.interval}`);
  return notSold(
    refuse,
    product,
    item,
    offers.length === 0
      ? `${item} cannot be bought: there is no price in ${currency} by the ${interval}; it costs nothing.`
      : `${item} cannot be bought: there is no price in ${currency} by the ${interval}; it is sold in ${[...new Set(offers)].join(', ')}.`,
  );
}

const OVER = new Set(['canceled', 'incomplete_expired', 'incomplete']);

/** Buying it again would be paying twice. */
export function requireNotSubscribed(
  refuse: Refuse<typeof alreadySubscribed>,
  subscriptions: readonly SubscriptionState[],
  product: string,
): void {
  for (const { status, items } of subscriptions) {
    if (OVER.has(status)) continue;
    for (const { lookupKey } of items) {
      const sold = readLookupKey(lookupKey ?? '');
      if (sold?.kind !== 'plan' || sold.product !== product) continue;
      const how = 'Change it instead: PUT /api/v1/billing/subscription.';
      throw refuse(alreadySubscribed, { product, plan: sold.plan }, `${sold.plan} is paid for already. ${how}`);
    }
  }
}

/** Trials are given once. */
export const hadTrial = (subscriptions: readonly SubscriptionState[], product: string): boolean =>
  subscriptions.some(
    ({ trialEnd, items }) =>
      trialEnd !== null && items.some(({ lookupKey }) => readLookupKey(lookupKey ?? '')?.product === product),
  );
