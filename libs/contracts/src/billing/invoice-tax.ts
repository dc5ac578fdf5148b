import { z } from 'zod';

/** What an own invoice adds. */
export const InvoiceTax = z
  .object({
    name: z.string().meta({ examples: ['VAT'] }),
    rate: z.string().meta({ description: 'Percent, an exact decimal', examples: ['19'] }),
    reverseCharge: z.boolean().meta({ description: 'The customer owes the tax: nothing is added' }),
  })
  .meta({ id: 'InvoiceTax' });
export type InvoiceTax = z.infer<typeof InvoiceTax>;
