import { Inject, Injectable } from '@nestjs/common';
import { guardHost } from '@tidegate/netguard/guard-host';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { MonitorAgentConfig } from '../monitor-agent.config.ts';
import type { Address } from './connect-server.ts';

@Injectable()
export class HostGuard {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly config: MonitorAgentConfig,
  ) {}

  async check(host: string, port: number): Promise<Address> {
    return guardHost({ host, port });
  }

  async trusted(host: string): Promise<Address> {
    return guardHost({ host, port: 0 });
  }
}
