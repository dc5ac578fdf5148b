import { newId } from '@tidegate/database/ids';
import { ensureDays } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Bus } from '@tidegate/messaging/bus';
import { Outbox } from '@tidegate/messaging/outbox';
import { CollectorTools } from '@tidegate/monitor-agent/collector/collector-tools';
import { HostGuard } from '@tidegate/monitor-agent/kernel/connection/host-guard';
import { createLease } from '@tidegate/monitor-agent/kernel/schedule/lease.rows';
import { MonitorAgentConfig } from '@tidegate/monitor-agent/monitor-agent.config';
import { SAMPLE_TABLES } from '@tidegate/monitor-agent/retention/retention.rows';
import { Dialer } from '@tidegate/monitor-agent/servers/dialer';
import { insertServer } from '@tidegate/monitor-agent/servers/server.rows';
import { ServerSecrets } from '@tidegate/monitor-agent/servers/server-secrets';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { Vault } from '@tidegate/vault/vault';
import type { DataSource } from 'typeorm';
import { WATCHER, watcher } from './monitor-fixture.ts';

/** Migrations that the collector's own database needs beside those that every bench database has. */
export const MONITOR_MIGRATIONS = [
  'libs/vault/migrations',
  'libs/entitlements/migrations',
  'services/monitor-agent/migrations',
];

const KEY = Buffer.alloc(32, 7).toString('base64');

export interface MonitorStore {
  tenants: TenantDatabase;
  tools: CollectorTools;
  config: MonitorAgentConfig;
  /** Registers servers at this address, each with a role of its own, each of an organisation of its own. */
  addServers(address: { host: string; port: number }, count?: number, first?: number): Promise<void>;
}

/** Everything that a collector is made of, as in the service, but without NATS: nobody watches live. */
export async function openMonitorStore(
  dataSource: DataSource,
  settings: Record<string, string> = {},
): Promise<MonitorStore> {
  const tenants = new TenantDatabase(dataSource);
  const vault = new Vault(() => [KEY]);
  await vault.prepare(tenants);
  const config = new MonitorAgentConfig(
    MonitorAgentConfig.schema.parse({ ...settings, MONITOR_ALLOW_LOOPBACK: 'true' }),
  );
  const secrets = new ServerSecrets(vault);
  const guard = new HostGuard({ embedded: true, production: false } as Settings, config);
  const bus = { live: () => {} } as unknown as Bus;
  const dialer = new Dialer(secrets, guard, config);
  const tools = new CollectorTools(tenants, new Outbox('monitor-agent', () => {}), bus, dialer, new Log(), config);
  return {
    tenants,
    tools,
    config,
    addServers: async ({ host, port }, count = 1, first = 0) => {
      for (const table of SAMPLE_TABLES)
        await tenants.system('partitions', (tx) => ensureDays(tx, table, { ahead: 1 }));
      for (let one = 0; one < count; one += 1) {
        const id = newId();
        await tenants.run(newId(), async (tx) => {
          await insertServer(tx, {
            id,
            name: `server ${one}`,
            host,
            port,
            database: WATCHER.database,
            user: watcher(first + one),
            password: await secrets.sealPassword(tx, id, WATCHER.password),
            tlsMode: 'disable',
            tlsCa: null,
            platform: false,
          });
          await createLease(tx, id);
        });
      }
    },
  };
}
