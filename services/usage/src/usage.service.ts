import { defineService } from '@tidegate/runtime/service';
import { arrival } from './arrival.rows.ts';
import { UsageConfig } from './usage.config.ts';
import { UsageModule } from './usage.module.ts';

export const service = defineService({
  name: 'usage',
  module: UsageModule,
  config: UsageConfig,
  migrations: new URL('../migrations', import.meta.url),
  arrival,
});
