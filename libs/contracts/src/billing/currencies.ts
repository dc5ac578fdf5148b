import { z } from 'zod';
import { isCurrency } from './minor-units.ts';

export { exponentOf, isCurrency, majorOf } from './minor-units.ts';

/** A currency of ISO 4217. */
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .refine(isCurrency, 'a currency of ISO 4217, such as EUR')
  .meta({ id: 'Currency', description: 'A currency of ISO 4217', examples: ['EUR'] });
export type Currency = z.infer<typeof Currency>;
