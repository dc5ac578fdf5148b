import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '@tidegate/testing/platform';
import pg from 'pg';
import { processesOf } from '../platform-processes.ts';

export interface Fault {
  name: string;
  /** Ends when the fault is over: what comes back by itself is on its way from then on. */
  strike(world: World): Promise<void>;
}

/** The platform under test; a process that was ended on purpose is started again as an orchestrator would. */
export interface World {
  platform: Platform;
  restart(how: 'killed' | 'stopped'): Promise<void>;
  outageMs: number;
}

export const COMMON: Fault[] = [
  { name: 'nats-server killed', strike: async ({ platform }) => kill(processesOf(platform).nats, 'SIGKILL') },
  {
    name: 'postmaster killed',
    strike: async ({ platform }) => kill(processesOf(platform).postgres.slice(0, 1), 'SIGKILL'),
  },
  { name: 'all backends ended', strike: ({ platform }) => endBackends(platform) },
  {
    name: 'nats-server hangs',
    strike: ({ platform, outageMs }) => freeze(processesOf(platform).nats, outageMs),
  },
  {
    name: 'PostgreSQL hangs',
    strike: ({ platform, outageMs }) => freeze(processesOf(platform).postgres, outageMs),
  },
];

export const ONE_PROCESS: Fault[] = [
  { name: 'process killed', strike: (world) => world.restart('killed') },
  { name: 'process stopped', strike: (world) => world.restart('stopped') },
];

const SERVICES = ['gateway', 'identity', 'billing', 'usage', 'monitor-agent', 'bot-executor', 'notifier'];
export const PROCESS_PER_SERVICE: Fault[] = [
  ...SERVICES.map((name) => ({
    name: `${name} killed`,
    strike: async ({ platform }: World) => kill(childrenOf(platform, name), 'SIGKILL'),
  })),
  ...SERVICES.map((name) => ({
    name: `${name} stopped`,
    strike: async ({ platform }: World) => kill(childrenOf(platform, name), 'SIGTERM'),
  })),
  ...['usage', 'bot-executor'].map((name) => ({
    name: `${name} hangs`,
    strike: ({ platform, outageMs }: World) => freeze(childrenOf(platform, name), outageMs),
  })),
];

/** Every replica of the service. */
function childrenOf(platform: Platform, service: string): number[] {
  const { children } = JSON.parse(readFileSync(join(platform.dataDir, 'run.json'), 'utf8')) as {
    children: { name: string; pid: number }[];
  };
  return children.filter(({ name }) => name.split('#')[0] === service).map(({ pid }) => pid);
}

function kill(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) process.kill(pid, signal);
}

/** Stopped processes keep their connections and answer nothing, as after a network cut. */
async function freeze(pids: number[], ms: number): Promise<void> {
  kill(pids, 'SIGSTOP');
  await sleep(ms);
  for (const pid of pids.filter(isThere)) process.kill(pid, 'SIGCONT');
}

const isThere = (pid: number): boolean => readdirSync('/proc').includes(String(pid));

async function endBackends(platform: Platform): Promise<void> {
  await withDatabase(platform, (client) =>
    client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    ),
  );
}

export async function withDatabase<T>(platform: Platform, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const read = (file: string) => JSON.parse(readFileSync(join(platform.dataDir, file), 'utf8'));
  const { ports } = read('installation.json') as { ports: { postgres: number } };
  const { POSTGRES_PASSWORD: password } = read('secrets.json') as { POSTGRES_PASSWORD: string };
  const login = { host: '127.0.0.1', port: ports.postgres, user: 'postgres', password, database: 'tidegate' };
  const client = new pg.Client(login);
  await client.connect();
  return work(client).finally(() => client.end());
}
