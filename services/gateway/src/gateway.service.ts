import '@tidegate/contracts/all';
import { defineService } from '@tidegate/runtime/service';
import { GatewayConfig } from './gateway.config.ts';
import { GatewayModule } from './gateway.module.ts';

export const service = defineService({ name: 'gateway', module: GatewayModule, config: GatewayConfig, http: true });
