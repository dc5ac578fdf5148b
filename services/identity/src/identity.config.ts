import { Config, envInt } from '@tidegate/runtime/config';
import { z } from 'zod';

export class IdentityConfig extends Config(
  z.object({
    MAX_FREE_ORGANISATIONS_PER_PERSON: envInt(1, 1_000_000)
      .default(3)
      .meta({ description: 'Organisations on a plan without a price that one person may have made and own' }),
    MAX_ORGANISATIONS_PER_PERSON: envInt(1, 1_000_000)
      .default(100)
      .meta({ description: 'Organisations, whatever their plans, that one person may have made and own' }),
  }),
) {}
