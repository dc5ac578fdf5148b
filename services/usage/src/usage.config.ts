import { Config, envInt } from '@tidegate/runtime/config';
import { z } from 'zod';

export class UsageConfig extends Config(
  z.object({
    USAGE_EVENT_DAYS: envInt(40, 3_650).default(400).meta({
      description: 'Days that single usage events are kept. Hours and balances are kept for ever.',
    }),
  }),
) {}
