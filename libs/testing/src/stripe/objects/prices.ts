import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params, Price, Stored } from '../kernel/stored.ts';
import { currencyOf, refuseAmount } from './currencies.ts';
import { givenFields, mergedMetadata } from './metadata.ts';
import { createProduct } from './new-product.ts';

type Create = Params<Stripe.PriceCreateParams>;
type Update = Params<Stripe.PriceUpdateParams>;

const MOST_KEYS = 10;

export const priceRoutes: Routes = {
  'POST /v1/prices': (account, params: Create) => createPrice(account, params),
  'GET /v1/prices': (account, params: PageParams & { lookup_keys?: string[] }) => {
    if ((params.lookup_keys?.length ?? 0) > MOST_KEYS)
      throw invalid(`You may list at most ${MOST_KEYS} lookup keys.`, 'lookup_keys');
    return listOf(account, 'price', '/v1/prices', params, {
      active: true,
      currency: true,
      product: true,
      type: true,
      lookup_keys: (one, keys: string[]) => one.lookup_key !== null && keys.includes(one.lookup_key),
      recurring: (one, wanted: object) =>
        Object.entries(wanted).every(([key, value]) => one.recurring?.[key as 'meter'] === value),
    });
  },
  'GET /v1/prices/{id}': (account, _params, { id }) => account.store.get('price', id),
  'POST /v1/prices/{id}': (account, params: Update, { id }) => {
    const price = account.store.get('price', id);
    if (params.lookup_key) claimLookupKey(account, params.lookup_key, params.transfer_lookup_key ?? false, price);
    return account.change(price, 'price.updated', () => {
      Object.assign(price, givenFields(params, 'active', 'nickname', 'lookup_key', 'tax_behavior'));
      if (params.metadata !== undefined) price.metadata = mergedMetadata(price.metadata, params.metadata);
    });
  },
};

/** Prices never change their amount; a new one may take over the lookup key. */
export function createPrice(account: Account, params: Create): Price {
  if (!params.product && !params.product_data)
    throw invalid(
      'You must specify either `product` or `product_data` when creating a price.',
      'product',
      'parameter_missing',
    );
  if (params.currency_options || params.custom_unit_amount)
    throw invalid('The double does not serve currency_options and custom_unit_amount.', 'currency_options');
  const currency = currencyOf(params.currency);
  const amounts = amountsOf(params);
  const recurring = recurringOf(account, params.recurring);
  if (params.transform_quantity && params.billing_scheme === 'tiered')
    throw invalid('You cannot use `transform_quantity` with tiered prices.', 'transform_quantity');
  if (params.transform_quantity && params.transform_quantity.divide_by < 1)
    throw invalid('This value must be greater than or equal to 1.', 'transform_quantity[divide_by]');
  if (params.product) account.store.get('product', params.product, 'product');
  if (params.lookup_key) claimLookupKey(account, params.lookup_key, params.transfer_lookup_key ?? false);
  const product = params.product ?? createProduct(account, params.product_data ?? { name: '' }).id;
  const price = account.create('price', {
    id: account.id('price'),
    object: 'price',
    active: params.active ?? true,
    billing_scheme: params.billing_scheme ?? 'per_unit',
    created: account.now(),
    currency,
    livemode: account.settings.livemode,
    lookup_key: params.lookup_key ?? null,
    metadata: mergedMetadata({}, params.metadata),
    nickname: params.nickname ?? null,
    product,
    recurring,
    tax_behavior: params.tax_behavior ?? 'unspecified',
    transform_quantity: params.transform_quantity ?? null,
    type: recurring ? 'recurring' : 'one_time',
    ...amounts,
  });
  account.emit('price.created', price);
  return price;
}

function claimLookupKey(account: Account, key: string, transfer: boolean, own?: Price): void {
  const holder = account.store.all('price', (one) => one.lookup_key === key && one !== own)[0];
  if (!holder) return;
  if (!transfer)
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, 'lookup_key', 'resource_already_exists');
  account.change(holder, 'price.updated', () => {
    holder.lookup_key = null;
  });
}

function recurringOf(account: Account, given: Create['recurring']): Price['recurring'] {
  if (!given) return null;
  const { interval, interval_count = 1, meter, trial_period_days = null, usage_type = 'licensed' } = given;
  const most = { day: 1095, week: 156, month: 36, year: 3 }[interval];
  if (interval_count < 1 || interval_count > most)
    throw invalid(`interval_count must be from 1 to ${most}`, 'recurring[interval_count]');
  if (meter) account.store.get('billing.meter', meter, 'recurring[meter]');
  if (usage_type === 'metered' && !meter) throw required('recurring[meter]');
  if (usage_type === 'licensed' && meter) throw invalid('A licensed price cannot have a meter.', 'recurring[meter]');
  return { interval, interval_count, meter: meter ?? null, trial_period_days, usage_type };
}

type Amounts = Pick<Price, 'tiers' | 'tiers_mode' | 'unit_amount' | 'unit_amount_decimal'>;

function amountsOf(params: Create): Amounts {
  if (params.billing_scheme === 'tiered') return tiersOf(params);
  if (params.tiers) throw invalid('You can only use tiers with `billing_scheme=tiered`.', 'tiers');
  if ((params.unit_amount === undefined) === (params.unit_amount_decimal === undefined))
    throw invalid(
      'You must specify one of `unit_amount` and `unit_amount_decimal`.',
      'unit_amount',
      'parameter_missing',
    );
  refuseAmount(params.unit_amount, params.currency.toLowerCase(), 'unit_amount');
  return { tiers_mode: null, ...unit(params.unit_amount, params.unit_amount_decimal, 'unit_amount') };
}

function tiersOf(params: Create): Amounts {
  if (!params.tiers_mode) throw required('tiers_mode');
  if (!params.tiers?.length) throw required('tiers');
  const tiers: NonNullable<Price['tiers']> = params.tiers.map((tier, index) => {
    const one = unit(tier.unit_amount, tier.unit_amount_decimal, `tiers[${index}][unit_amount]`);
    const flat = unit(tier.flat_amount, tier.flat_amount_decimal, `tiers[${index}][flat_amount]`);
    return {
      flat_amount: flat.unit_amount,
      flat_amount_decimal: flat.unit_amount_decimal,
      unit_amount: one.unit_amount,
      unit_amount_decimal: one.unit_amount_decimal,
      up_to: tier.up_to === 'inf' ? null : tier.up_to,
    };
  });
  tiers.forEach((tier, index) => {
    const last = index === tiers.length - 1;
    const before = tiers[index - 1]?.up_to ?? 0;
    if (last !== (tier.up_to === null) || (tier.up_to !== null && tier.up_to <= before))
      throw invalid('Tiers must rise, and the last one must end at `inf`.', `tiers[${index}][up_to]`);
  });
  return { tiers, tiers_mode: params.tiers_mode, unit_amount: null, unit_amount_decimal: null };
}

function unit(
  whole: number | undefined,
  decimal: string | undefined,
  param: string,
): { unit_amount: number | null; unit_amount_decimal: string | null } {
  if (whole !== undefined) {
    if (whole < 0) throw invalid('This value must be greater than or equal to 0.', param, 'parameter_invalid_integer');
    return { unit_amount: whole, unit_amount_decimal: String(whole) };
  }
  if (decimal === undefined) return { unit_amount: null, unit_amount_decimal: null };
  if (!/^\d+(\.\d{1,12})?$/.test(decimal))
    throw invalid(`Invalid decimal: ${decimal}`, `${param}_decimal`, 'invalid_decimal');
  const exact = /^(\d+)(?:\.0+)?$/.exec(decimal)?.[1];
  return {
    unit_amount: exact === undefined ? null : Number(exact),
    unit_amount_decimal: decimal.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''),
  };
}

/** The same price in the older form, which subscription items still carry. */
export function planOf(price: Price): Stored<Stripe.Plan> {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: price.livemode,
    metadata: price.metadata,
    meter: price.recurring?.meter ?? null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: null,
    usage_type: price.recurring?.usage_type ?? 'licensed',
  };
}
