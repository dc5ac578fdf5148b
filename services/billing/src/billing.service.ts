import { defineService } from '@tidegate/runtime/service';
import { arrival } from './arrival.rows.ts';
import { BillingConfig } from './billing.config.ts';
import { BillingModule } from './billing.module.ts';

export const service = defineService({
  name: 'billing',
  module: BillingModule,
  config: BillingConfig,
  migrations: new URL('../migrations', import.meta.url),
  arrival,
});
