import { ENTITLEMENTS_MIGRATIONS } from '@tidegate/entitlements/entitlements.module';
import { defineService } from '@tidegate/runtime/service';
import { IdentityModule } from './identity.module.ts';

export const service = defineService({
  name: 'identity',
  module: IdentityModule,
  migrations: [ENTITLEMENTS_MIGRATIONS, new URL('../migrations', import.meta.url)],
});
