import { Injectable } from '@nestjs/common';
import { priceNotPublished } from '@tidegate/contracts/billing/payments';
import { problemError } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { StripeApi } from '../client/stripe-api.ts';
import { lookupKeyOf, type Sold } from './lookup-key.rules.ts';
import { priceIds, savePrices } from './stripe-price.rows.ts';

/** Stripe takes no more at a time. */
const KEYS_AT_ONCE = 10;

/** The prices at Stripe of what the catalogue sells, by their lookup keys. */
@Injectable()
export class PublishedPrices {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
  ) {}

  /** In the given order. Throws `price_not_published` for the first that is not there. */
  async idsOf(wanted: readonly Sold[], livemode: boolean): Promise<string[]> {
    const keys = wanted.map(lookupKeyOf);
    const known = await priceIds(this.tenants.reader({}), livemode, keys);
    const missing = keys.filter((key) => !known.has(key));
    for (const [key, id] of await this.ask(missing, livemode)) known.set(key, id);
    return keys.map((lookupKey) => {
      const id = known.get(lookupKey);
      if (id) return id;
      throw problemError(
        priceNotPublished,
        { lookupKey },
        'The operator publishes the catalogue with: npx tidegate stripe sync',
      );
    });
  }

  private async ask(keys: readonly string[], livemode: boolean): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const lookup_keys = keys.slice(at, at + KEYS_AT_ONCE);
      const { data } = await this.api.call('GET /v1/prices', (stripe) =>
        stripe.prices.list({ lookup_keys, active: true }),
      );
      for (const { id, lookup_key } of data) if (lookup_key) found.set(lookup_key, id);
    }
    const prices = [...found].map(([lookupKey, id]) => ({ id, lookupKey }));
    if (prices.length > 0) await this.tenants.as({}, (tx) => savePrices(tx, livemode, prices));
    return found;
  }
}
