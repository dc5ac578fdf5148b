import { createHash } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { type PublishedChange, publishPrices } from '@tidegate/contracts/billing/publish';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import type { Stripe } from 'stripe';
import { requireCatalogue } from '../../plans/catalogue.rows.ts';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { savePrices } from '../prices/stripe-price.rows.ts';
import { isSameUsage } from '../prices/usage-amount.rules.ts';
import { publishCoupons } from './publish-coupons.ts';
import { publishMeters } from './publish-meters.ts';
import { wantedCoupons } from './wanted-coupons.rules.ts';
import { type WantedPrice, type WantedProduct, wantedOf } from './wanted-prices.rules.ts';

const KEYS_AT_ONCE = 10;
const PRODUCTS_AT_ONCE = 50;

/**
 * Makes the products and prices of the catalogue at Stripe. Products have ids of ours and prices lookup keys of ours, so
 * that whoever repeats it, also after it broke off half-way, finds what is there. A price never changes: one that has the
 * key with another amount loses it to a new one.
 */
@Controller()
export class PublishPrices {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
  ) {}

  @Handles(publishPrices)
  async handle({ input, refuse }: OperationContext<typeof publishPrices>) {
    const { livemode } = this.api.require(refuse);
    const catalogue = await requireCatalogue(this.tenants.reader({}));
    const { products, meters, prices } = wantedOf(catalogue);
    const changes: PublishedChange[] = [];
    // First of all: what they count cannot be changed afterwards.
    const counted = await publishMeters(this.api, refuse, meters, input.dryRun);
    changes.push(...counted.changes);
    const known = await this.products(products.map(({ id }) => id));
    for (const product of products) changes.push(await this.product(product, known.get(product.id), input.dryRun));
    const there = await this.prices(prices.map(({ lookupKey }) => lookupKey));
    const published: { id: string; lookupKey: string }[] = [];
    for (const price of prices) {
      const { change, id } = await this.price(price, there.get(price.lookupKey), counted.ids, input.dryRun);
      changes.push(change);
      if (id) published.push({ id, lookupKey: price.lookupKey });
    }
    if (published.length > 0) await this.tenants.as({}, (tx) => savePrices(tx, livemode, published));
    changes.push(
      ...(await publishCoupons(
        this.api,
        wantedCoupons(catalogue, new Set(products.map(({ id }) => id))),
        input.dryRun,
      )),
    );
    return { livemode, changes };
  }

  private async products(ids: readonly string[]): Promise<Map<string, Stripe.Product>> {
    const found = new Map<string, Stripe.Product>();
    for (let at = 0; at < ids.length; at += PRODUCTS_AT_ONCE) {
      const some = ids.slice(at, at + PRODUCTS_AT_ONCE);
      const page = { ids: some, limit: 100 };
      const { data } = await this.api.call('GET /v1/products', (stripe) => stripe.products.list(page));
      for (const product of data) found.set(product.id, product);
    }
    return found;
  }

  private async prices(keys: readonly string[]): Promise<Map<string, Stripe.Price>> {
    const found = new Map<string, Stripe.Price>();
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const page = { lookup_keys: keys.slice(at, at + KEYS_AT_ONCE), limit: 100, expand: ['data.tiers'] };
      const { data } = await this.api.call('GET /v1/prices', (stripe) => stripe.prices.list(page));
      for (const price of data) if (price.lookup_key) found.set(price.lookup_key, price);
    }
    return found;
  }

  private async product(
    wanted: WantedProduct,
    there: Stripe.Product | undefined,
    dryRun: boolean,
  ): Promise<PublishedChange> {
    const { id, name, description, metadata } = wanted;
    const shown = { kind: 'product' as const, name: id, detail: name };
    const fields = { name, metadata, ...(description && { description }) };
    const same = there?.active && there.name === name && (there.description ?? '') === description;
    if (same) return { ...shown, change: 'unchanged' };
    const change = there ? 'update' : 'create';
    if (dryRun) return { ...shown, change };
    if (there) await this.update(id, fields);
    else {
      try {
        await this.api.call('POST /v1/products', (stripe) => stripe.products.create({ id, ...fields }));
      } catch (error) {
        // Made by an attempt whose answer was lost, or by somebody at the same moment.
        if (refusalOf(error) !== 'resource_already_exists') throw error;
        await this.update(id, fields);
      }
    }
    return { ...shown, change };
  }

  private update(id: string, fields: Stripe.ProductUpdateParams): Promise<unknown> {
    return this.api.call('POST /v1/products/:id', (stripe) => stripe.products.update(id, { active: true, ...fields }));
  }

  private async price(
    wanted: WantedPrice,
    there: Stripe.Price | undefined,
    meters: ReadonlyMap<string, string>,
    dryRun: boolean,
  ): Promise<{ change: PublishedChange; id: string | undefined }> {
    const { lookupKey, currency, amount, interval, usage, text } = wanted;
    const meter = usage && (meters.get(usage.meter) ?? null);
    const change = !there
      ? 'create'
      : !isSamePrice(there, wanted, meter)
        ? 'replace'
        : there.active
          ? 'unchanged'
          : 'update';
    const shown = { kind: 'price' as const, name: lookupKey, change, detail: text } as const;
    if (dryRun || change === 'unchanged') return { change: shown, id: there?.id };
    if (there && change === 'update') {
      await this.api.call('POST /v1/prices/:id', (stripe) => stripe.prices.update(there.id, { active: true }));
      return { change: shown, id: there.id };
    }
    const costs = usage ? usage.terms : { unit_amount: amount };
    const metered = meter && { usage_type: 'metered' as const, meter };
    const params = {
      product: wanted.productId,
      currency,
      ...costs,
      lookup_key: lookupKey,
      transfer_lookup_key: change === 'replace',
      ...(interval && { recurring: { interval, ...metered } }),
      // Decimals are text on the wire; the library's type for them is a class of its own.
    } as Stripe.PriceCreateParams;
    const made = await this.api.call('POST /v1/prices', (stripe, options) => stripe.prices.create(params, options), {
      idempotencyKey: `price:${lookupKey}:${digestOf(params)}:${there?.id ?? 'first'}`,
    });
    return { change: shown, id: made.id };
  }
}

function isSamePrice(there: Stripe.Price, { currency, amount, interval, usage }: WantedPrice, meter: string | null) {
  const { recurring } = there;
  if (there.currency !== currency || (recurring?.interval ?? null) !== interval) return false;
  if ((recurring?.interval_count ?? 1) !== 1 || (recurring?.meter ?? null) !== meter) return false;
  return usage ? isSameUsage(there, usage.terms) : there.unit_amount === amount;
}

const digestOf = (params: object): string =>
  createHash('sha256').update(JSON.stringify(params)).digest('base64url').slice(0, 16);
