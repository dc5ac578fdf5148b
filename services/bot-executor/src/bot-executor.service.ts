import { ENTITLEMENTS_MIGRATIONS } from '@tidegate/entitlements/entitlements.module';
import { defineService } from '@tidegate/runtime/service';
import { arrival } from './arrival.rows.ts';
import { BotExecutorModule } from './bot-executor.module.ts';

export const service = defineService({
  name: 'bot-executor',
  module: BotExecutorModule,
  migrations: [ENTITLEMENTS_MIGRATIONS, new URL('../migrations', import.meta.url)],
  arrival,
});
