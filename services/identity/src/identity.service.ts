import { ENTITLEMENTS_MIGRATIONS } from '@tidegate/entitlements/entitlements.module';
import { defineService } from '@tidegate/runtime/service';
import { arrival } from './arrival.rows.ts';
import { IdentityConfig } from './identity.config.ts';
import { IdentityModule } from './identity.module.ts';

export const service = defineService({
  name: 'identity',
  module: IdentityModule,
  config: IdentityConfig,
  migrations: [ENTITLEMENTS_MIGRATIONS, new URL('../migrations', import.meta.url)],
  arrival,
});
