import { majorOf } from '@tidegate/contracts/billing/currencies';
import type { VersionedCatalogue } from '../../plans/catalogue-model.rules.ts';
import { priceOf as priceOfInterval } from '../../prices/price-of.rules.ts';
import { lookupKeyOf, type Sold } from '../prices/lookup-key.rules.ts';
import { toStripe } from '../prices/stripe-amount.rules.ts';
import { type UsageTerms, usageTerms } from '../prices/usage-amount.rules.ts';
import { meterOf, usageSoldBy } from '../prices/usage-sold.rules.ts';

export interface WantedProduct {
  id: string;
  name: string;
  description: string;
  metadata: Record<string, string>;
}

export interface WantedPrice {
  lookupKey: string;
  productId: string;
  currency: string;
  /** As Stripe counts. */
  amount: number;
  interval: 'month' | 'year' | null;
  /** Of what is charged beyond a limit, in place of the amount: its price, and the meter that counts it. */
  usage: { terms: UsageTerms; meter: string } | null;
  text: string;
}

/** Counts, by the hour, what is beyond the limits of a feature in the plans of a product. */
export interface WantedMeter {
  eventName: string;
  name: string;
}

/** Everything that the catalogue sells for money: each plan and add-on is a product of Stripe, each of its prices a price. */
export function wantedOf(
  catalogue: Pick<VersionedCatalogue, 'products' | 'features' | 'plans' | 'addons' | 'packages'>,
): {
  products: WantedProduct[];
  meters: WantedMeter[];
  prices: WantedPrice[];
} {
  const products: WantedProduct[] = [];
  const prices: WantedPrice[] = [];
  const meters = new Map<string, WantedMeter>();
  const nameOf = (product: string) => catalogue.products.find((one) => one.product === product)?.name ?? product;
  for (const plan of catalogue.plans) {
    const { product, version } = plan;
    const id = `tidegate.${product}.${plan.plan}`;
    const charged = chargedBy(plan);
    const own = [
      ...plan.prices.map((price) => priceOf({ kind: 'plan', product, plan: plan.plan, version, ...price }, id, price)),
      ...plan.setup.map((price) => priceOf({ kind: 'setup', product, plan: plan.plan, version, ...price }, id, price)),
      // Of a plan that costs nothing but its usage the price says which it is.
    ].filter(({ amount, interval }) => amount > 0 || (interval !== null && charged.size > 0));
    if (own.length === 0) continue;
    const name = `${nameOf(product)} ${plan.name}`;
    products.push(productOf(id, name, plan.description, { product, plan: plan.plan }));
    prices.push(...own);
    for (const { sold, price } of charged.values()) {
      const { feature, currency, interval } = sold;
      const of = catalogue.features.find((one) => one.key === feature)?.name ?? feature;
      const usageId = `${id}.usage.${feature}`;
      const meter = meterOf(sold);
      if (!products.some((one) => one.id === usageId))
        products.push(productOf(usageId, `${name}: ${of}`, '', { product, plan: plan.plan, feature }));
      meters.set(meter, { eventName: meter, name: `${nameOf(product)}: ${of}` });
      const text = `${of} beyond the limit, ${price.model}, in ${currency} each ${interval}`;
      const shown = { productId: usageId, currency: currency.toLowerCase(), amount: 0, interval, text };
      const usage = { terms: usageTerms(price, currency), meter };
      prices.push({ ...shown, lookupKey: lookupKeyOf(sold), usage });
    }
  }
  for (const addon of catalogue.addons) {
    const { product, version } = addon;
    const id = `tidegate.${product}.addon.${addon.addon}`;
    const own = pricesOf(addon, catalogue.plans)
      .map((price) => priceOf({ kind: 'addon', product, addon: addon.addon, version, ...price }, id, price))
      .filter(({ amount }) => amount > 0);
    if (own.length === 0) continue;
    products.push(
      productOf(id, `${nameOf(product)}: ${addon.name}`, addon.description, { product, addon: addon.addon }),
    );
    prices.push(...own);
  }
  for (const { package: key, name, description, prices: costs } of catalogue.packages) {
    const id = `tidegate.package.${key}`;
    const own = costs
      .map((price) => priceOf({ kind: 'package', product: '', package: key, ...price }, id, price))
      .filter(({ amount }) => amount > 0);
    if (own.length === 0) continue;
    products.push(productOf(id, name, description, { package: key }));
    prices.push(...own);
  }
  return { products, meters: [...meters.values()], prices };
}

/**
 * Whoever pays for a plan by the year pays twelve months of an add-on that is sold by the month only: at Stripe that is a price of
 * its own.
 */
function pricesOf(
  { product, plans, prices }: VersionedCatalogue['addons'][number],
  all: VersionedCatalogue['plans'],
): VersionedCatalogue['addons'][number]['prices'] {
  const yearly = all
    .filter((plan) => plan.product === product && plans.includes(plan.plan))
    .flatMap((plan) => plan.prices.filter(({ interval }) => interval === 'year').map(({ currency }) => currency));
  const added = [...new Set(yearly)].flatMap((currency) => {
    const amountMinor = priceOfInterval(prices, currency, 'year');
    const written = prices.some((price) => price.currency === currency && price.interval === 'year');
    return written || amountMinor === undefined ? [] : [{ currency, interval: 'year' as const, amountMinor }];
  });
  return [...prices, ...added];
}

/** Everything that a plan charges beyond limits, for each of its prices. */
function chargedBy(plan: VersionedCatalogue['plans'][number]) {
  const sold = plan.prices.flatMap((price) => usageSoldBy(plan, price));
  return new Map(sold.map((one) => [lookupKeyOf(one.sold), one]));
}

const productOf = (id: string, name: string, description: string, metadata: Record<string, string>): WantedProduct => ({
  id,
  name,
  description,
  metadata,
});

function priceOf(
  sold: Sold,
  productId: string,
  { currency, amountMinor }: { currency: string; amountMinor: number },
): WantedPrice {
  const interval = sold.kind === 'setup' || sold.kind === 'package' ? null : sold.interval;
  const shown = majorOf(amountMinor, currency);
  return {
    lookupKey: lookupKeyOf(sold),
    productId,
    currency: currency.toLowerCase(),
    amount: toStripe(amountMinor, currency),
    interval,
    usage: null,
    text: `${shown} ${currency} ${interval ? `each ${interval}` : 'once'}`,
  };
}
