import { z } from 'zod';

/** A product of the operator's, with plans of its own. An organisation has one plan of each product at most. */
export const ProductKey = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'lower-case letters, digits, - and _, beginning with a letter')
  .meta({ id: 'ProductKey', description: 'Name of a product', examples: ['monitoring'] });
export type ProductKey = z.infer<typeof ProductKey>;
