import { Config, envInt } from '@tidegate/runtime/config';
import { z } from 'zod';

export class IdentityConfig extends Config(
  z.object({
    MAX_FREE_ORGANISATIONS_PER_PERSON: envInt(1, 1_000_000)
      .default(3)
      .meta({ description: 'Organisations on a plan without a price that one person may own' }),
    MAX_ORGANISATIONS_PER_PERSON: envInt(1, 1_000_000)
      .default(100)
      .meta({ description: 'Organisations, whatever their plans, that one person may own' }),
    SMTP_HOST: z
      .string()
      .optional()
      .meta({ description: 'As for the notifier: with it addresses are verified, without it they are believed' }),
  }),
) {}
