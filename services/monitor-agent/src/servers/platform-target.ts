import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import type { Where } from '../kernel/connection/connection-failure.rules.ts';
import type { MonitorAgentConfig } from '../monitor-agent.config.ts';

/** Where the installation's own database is and who looks at it; undefined when it is not offered. */
export function platformTarget(
  config: MonitorAgentConfig,
): (Where & { password: string; tlsMode?: TlsMode }) | undefined {
  const { MONITOR_PLATFORM_HOST: host, MONITOR_PLATFORM_PASSWORD: password, MONITOR_PLATFORM_TLS: tlsMode } = config;
  if (host === undefined || password === undefined) return undefined;
  return {
    host,
    port: config.MONITOR_PLATFORM_PORT,
    database: config.MONITOR_PLATFORM_DATABASE,
    user: config.MONITOR_PLATFORM_USER,
    password,
    ...(tlsMode && { tlsMode }),
  };
}
