import { Config, envInt } from '@tidegate/runtime/config';
import { z } from 'zod';

export class UsageConfig extends Config(
  z.object({
    USAGE_EVENT_DAYS: envInt(40, 3_650).default(400).meta({
      description: 'Days for which single usage events are stored. Hours and balances stay for ever.',
    }),
  }),
) {}
