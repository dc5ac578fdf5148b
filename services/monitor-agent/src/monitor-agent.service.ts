import { ENTITLEMENTS_MIGRATIONS } from '@tidegate/entitlements/entitlements.module';
import { defineService } from '@tidegate/runtime/service';
import { arrival } from './arrival.rows.ts';
import { MonitorAgentConfig } from './monitor-agent.config.ts';
import { MonitorAgentModule } from './monitor-agent.module.ts';

export const service = defineService({
  name: 'monitor-agent',
  module: MonitorAgentModule,
  config: MonitorAgentConfig,
  migrations: [ENTITLEMENTS_MIGRATIONS, new URL('../migrations', import.meta.url)],
  secrets: [{ table: 'servers', column: 'password' }],
  arrival,
});
