import { ENTITLEMENTS_MIGRATIONS } from '@tidegate/entitlements/entitlements.module';
import { defineService } from '@tidegate/runtime/service';
import { arrival } from './arrival.rows.ts';
import { NotifierConfig } from './notifier.config.ts';
import { NotifierModule } from './notifier.module.ts';

export const service = defineService({
  name: 'notifier',
  module: NotifierModule,
  config: NotifierConfig,
  migrations: [ENTITLEMENTS_MIGRATIONS, new URL('../migrations', import.meta.url)],
  secrets: [
    { table: 'channels', column: 'secret' },
    { table: 'channels', column: 'url_sealed' },
    { table: 'channels', column: 'confirmation' },
    { table: 'channels', column: 'unsubscribe' },
  ],
  arrival,
});
