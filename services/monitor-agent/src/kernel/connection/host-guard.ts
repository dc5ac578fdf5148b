import { lookup } from 'node:dns/promises';
import { Inject, Injectable } from '@nestjs/common';
import { guardHost, type HostPolicy } from '@tidegate/netguard/guard-host';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { MonitorAgentConfig } from '../../monitor-agent.config.ts';
import type { Address } from './connect-server.ts';
import { ConnectionFailed, type FailureCode } from './connection-failure.rules.ts';

/**
 * Where a customer's host leads, if it may be connected to. Loopback is open only where customer and installation are
 * one person's machine: with embedded servers, and not in production.
 */
@Injectable()
export class HostGuard {
  private readonly policy: HostPolicy;

  constructor(@Inject(SETTINGS) settings: Settings, config: MonitorAgentConfig) {
    this.policy = {
      allowLoopback: config.MONITOR_ALLOW_LOOPBACK ?? (settings.embedded && !settings.production),
      allowNetworks: config.MONITOR_ALLOWED_NETWORKS,
    };
  }

  async check(host: string, port: number): Promise<Address> {
    try {
      const { address } = await guardHost({ host, port, policy: this.policy });
      return { address, loopback: isLoopback(address) };
    } catch (error) {
      throw new ConnectionFailed(CODES[(error as { code?: string }).code ?? ''] ?? 'host_not_allowed');
    }
  }

  /** For a host that the operator gave, not a customer. */
  async trusted(host: string): Promise<Address> {
    const { address } = await lookup(host);
    return { address, loopback: isLoopback(address) };
  }
}

const CODES: Record<string, FailureCode> = {
  host_not_allowed: 'host_not_allowed',
  host_not_resolvable: 'host_not_found',
};

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';
