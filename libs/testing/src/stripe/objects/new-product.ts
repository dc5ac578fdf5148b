import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Params, Product } from '../kernel/stored.ts';
import { mergedMetadata } from './metadata.ts';

export type NewProduct = Params<Stripe.ProductCreateParams>;

export function createProduct(account: Account, params: NewProduct): Product {
  if (params.name.trim() === '')
    throw invalid('You passed an empty string for name.', 'name', 'parameter_invalid_empty');
  if (params.id && account.store.find('product', params.id))
    throw invalid(`Product already exists.`, 'id', 'resource_already_exists');
  const product = account.create('product', {
    id: params.id ?? account.id('prod', 14),
    object: 'product',
    active: params.active ?? true,
    created: account.now(),
    default_price: null,
    description: params.description ?? null,
    images: params.images ?? [],
    livemode: account.settings.livemode,
    marketing_features: params.marketing_features ?? [],
    metadata: mergedMetadata({}, params.metadata),
    name: params.name,
    statement_descriptor: params.statement_descriptor ?? null,
    tax_code: params.tax_code ?? null,
    type: params.type ?? 'service',
    unit_label: params.unit_label ?? null,
    updated: account.now(),
    url: params.url ?? null,
  });
  account.emit('product.created', product);
  return product;
}
