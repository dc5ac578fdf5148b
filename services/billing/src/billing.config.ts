import { Config } from '@tidegate/runtime/config';
import { z } from 'zod';

export class BillingConfig extends Config(
  z.object({
    PLANS_FILE: z
      .string()
      .optional()
      .meta({
        description:
          'The plan catalogue that the first start applies (default: the shipped plans/default.yaml). Later ones are ' +
          'applied with `tidegate plans apply`.',
      }),
    INVOICE_DUE_DAYS: z.coerce
      .number()
      .int()
      .min(0)
      .max(365)
      .default(14)
      .meta({ description: 'Days after which an invoice that is paid outside the platform is due' }),
  }),
) {}
