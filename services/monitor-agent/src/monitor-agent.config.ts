import { isIP } from 'node:net';
import { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import { Config, envFlag, envInt, envList } from '@tidegate/runtime/config';
import { z } from 'zod';

function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

export class MonitorAgentConfig extends Config(
  z.object({
    MONITOR_PROBE_SECONDS: envInt(1, 300)
      .default(10)
      .meta({ description: 'Seconds between two snapshots of the sessions of a watched server' }),
    MONITOR_MINUTE_SECONDS: envInt(1, 3_600)
      .default(60)
      .meta({ description: 'Seconds between two counts of statements, tables and indexes of a watched server' }),
    MONITOR_LEASE_SECONDS: envInt(10, 300).default(15).meta({
      description:
        'Seconds until another replica takes over the servers of one that died; renewed three times within them. Longer where processes or the database pause for seconds, and servers change hands for nothing',
    }),
    MONITOR_MAX_SERVERS: envInt(1, 10_000)
      .default(500)
      .meta({ description: 'The most servers that one process of monitor-agent watches' }),
    MONITOR_MAX_RETENTION_DAYS: envInt(1, 1_000)
      .default(400)
      .meta({ description: 'Days after which collected data is deleted whatever the plan says' }),
    MONITOR_PLATFORM_HOST: z
      .string()
      .optional()
      .meta({ description: 'Host of the database that this installation runs on, to offer it as the first server' }),
    MONITOR_PLATFORM_PORT: envInt(1, 65_535).default(5432).meta({ description: 'Port of that database' }),
    MONITOR_PLATFORM_DATABASE: z.string().default('tidegate').meta({ description: 'Name of that database' }),
    MONITOR_PLATFORM_USER: z
      .string()
      .default('tidegate_monitor')
      .meta({ description: 'Role with pg_monitor that monitors that database' }),
    MONITOR_PLATFORM_PASSWORD: z.string().optional().meta({ description: 'Password of that role' }),
    MONITOR_PLATFORM_TLS: TlsMode.optional().meta({
      description:
        'TLS to that database: disable, require, verify-ca or verify-full; by default verify-full, and disable on this machine',
    }),
    MONITOR_ALLOW_LOOPBACK: envFlag().optional().meta({
      description:
        'Whether servers on this machine itself may be watched; by default only with embedded servers outside production',
    }),
    MONITOR_ALLOWED_NETWORKS: envList()
      .refine((networks) => networks.every(isNetwork), 'networks in CIDR notation, such as 10.0.0.0/8,fd00::/8')
      .default([])
      .meta({ description: 'Private networks (CIDR, separated by commas) whose servers may be watched' }),
  }),
) {}
