import type Stripe from 'stripe';
import { listOf, type PageParams } from '../kernel/lists.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params } from '../kernel/stored.ts';
import { givenFields, mergedMetadata } from './metadata.ts';
import { createProduct, type NewProduct } from './new-product.ts';
import { createPrice } from './prices.ts';

type Update = Params<Stripe.ProductUpdateParams>;

export const productRoutes: Routes = {
  'POST /v1/products': (account, params: NewProduct) => {
    const product = createProduct(account, params);
    if (params.default_price_data)
      product.default_price = createPrice(account, { ...params.default_price_data, product: product.id }).id;
    return product;
  },
  'GET /v1/products': (account, params: PageParams) =>
    listOf(account, 'product', '/v1/products', params, {
      active: true,
      ids: (one, ids: string[]) => ids.includes(one.id),
    }),
  'GET /v1/products/{id}': (account, _params, { id }) => account.store.removed(id) ?? account.store.get('product', id),
  'POST /v1/products/{id}': (account, params: Update, { id }) => {
    const product = account.store.get('product', id);
    if (params.default_price) account.store.get('price', params.default_price, 'default_price');
    return account.change(product, 'product.updated', () => {
      const fields = ['name', 'active', 'description', 'default_price', 'tax_code', 'unit_label', 'url'] as const;
      Object.assign(product, givenFields(params, ...fields));
      if (params.statement_descriptor !== undefined) product.statement_descriptor = params.statement_descriptor;
      if (params.marketing_features) product.marketing_features = params.marketing_features;
      if (params.metadata !== undefined) product.metadata = mergedMetadata(product.metadata, params.metadata);
      product.updated = account.now();
    });
  },
  'DELETE /v1/products/{id}': (account, _params, { id }) => {
    const product = account.store.get('product', id);
    if (account.store.all('price', (one) => one.product === id).length > 0)
      throw invalid('This product cannot be deleted because it has one or more user-created prices.');
    account.emit('product.deleted', product);
    return account.store.remove('product', product);
  },
};
