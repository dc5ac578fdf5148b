import { exponentOf } from '@tidegate/contracts/billing/currencies';
import type { VersionedCatalogue } from '../../plans/catalogue-model.rules.ts';
import { lookupKeyOf, type Sold } from '../prices/lookup-key.rules.ts';
import { toStripe } from '../prices/stripe-amount.rules.ts';

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
  text: string;
}

/** Everything that the catalogue sells for money: each plan and add-on is a product of Stripe, each of its prices a price. */
export function wantedOf(catalogue: Pick<VersionedCatalogue, 'products' | 'plans' | 'addons'>): {
  products: WantedProduct[];
  prices: WantedPrice[];
} {
  const products: WantedProduct[] = [];
  const prices: WantedPrice[] = [];
  const nameOf = (product: string) => catalogue.products.find((one) => one.product === product)?.name ?? product;
  for (const plan of catalogue.plans) {
    const { product, version } = plan;
    const id = `tidegate.${product}.${plan.plan}`;
    const own = [
      ...plan.prices.map((price) => priceOf({ kind: 'plan', product, plan: plan.plan, version, ...price }, id, price)),
      ...plan.setup.map((price) => priceOf({ kind: 'setup', product, plan: plan.plan, version, ...price }, id, price)),
    ].filter(({ amount }) => amount > 0);
    if (own.length === 0) continue;
    products.push(productOf(id, `${nameOf(product)} ${plan.name}`, plan.description, { product, plan: plan.plan }));
    prices.push(...own);
  }
  for (const addon of catalogue.addons) {
    const { product, version } = addon;
    const id = `tidegate.${product}.addon.${addon.addon}`;
    const own = addon.prices
      .map((price) => priceOf({ kind: 'addon', product, addon: addon.addon, version, ...price }, id, price))
      .filter(({ amount }) => amount > 0);
    if (own.length === 0) continue;
    products.push(
      productOf(id, `${nameOf(product)}: ${addon.name}`, addon.description, { product, addon: addon.addon }),
    );
    prices.push(...own);
  }
  return { products, prices };
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
  const interval = sold.kind === 'setup' ? null : sold.interval;
  const digits = exponentOf(currency);
  const whole = String(amountMinor).padStart(digits + 1, '0');
  const shown = digits === 0 ? whole : `${whole.slice(0, -digits)}.${whole.slice(-digits)}`;
  return {
    lookupKey: lookupKeyOf(sold),
    productId,
    currency: currency.toLowerCase(),
    amount: toStripe(amountMinor, currency),
    interval,
    text: `${shown} ${currency} ${interval ? `each ${interval}` : 'once'}`,
  };
}
