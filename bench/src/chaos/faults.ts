import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '@tidegate/testing/children';
import type { Platform } from '@tidegate/testing/platform';
import { withSuperuser } from '@tidegate/testing/superuser';
import { processesOf } from '../platform-processes.ts';
import type { Layout, World } from './world.ts';

export interface Fault {
  name: string;
  /** Where it can strike; everywhere unless said. */
  needs?: (world: World) => boolean;
  /** Ends when the fault is over: what comes back by itself is on its way from then on. */
  strike(world: World): Promise<void>;
}

const SERVERS: Fault[] = [
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

const ONE_PROCESS: Fault[] = [
  {
    name: 'process hangs',
    strike: ({ platform, outageMs }) => freeze([platform.process.pid as number], outageMs),
  },
  { name: 'process killed', strike: (world) => world.restart('killed') },
  { name: 'process stopped', strike: (world) => world.restart('stopped') },
];

const SERVICES = ['gateway', 'identity', 'billing', 'usage', 'monitor-agent', 'bot-executor', 'notifier'];
const PROCESS_PER_SERVICE: Fault[] = [
  ...SERVICES.map((name) => ({
    name: `${name} killed`,
    strike: async ({ platform }: World) => kill(replicasOf(platform, name), 'SIGKILL'),
  })),
  ...SERVICES.map((name) => ({
    name: `${name} stopped`,
    strike: async ({ platform }: World) => kill(replicasOf(platform, name), 'SIGTERM'),
  })),
  ...['usage', 'bot-executor'].map((name) => ({
    name: `${name} hangs`,
    strike: ({ platform, outageMs }: World) => freeze(replicasOf(platform, name), outageMs),
  })),
];

const hasDisk = ({ disk }: World): boolean => disk !== undefined;
const DISK: Fault[] = [
  {
    name: 'disk full',
    needs: hasDisk,
    strike: async ({ disk, outageMs }) => {
      disk?.fill();
      await sleep(outageMs);
      disk?.empty();
    },
  },
  {
    name: 'disk hangs',
    needs: hasDisk,
    strike: async ({ disk, outageMs }) => {
      disk?.hang();
      await sleep(outageMs);
      disk?.goOn();
    },
  },
  { name: 'disk slow', needs: hasDisk, strike: async ({ disk, outageMs }) => disk?.slow(2 * outageMs) },
];

/** Of our processes, while those of the servers go on; or of PostgreSQL, which looks at its clock's file once a second. */
const clockJump = (name: string, ms: number, of: 'shiftClock' | 'shiftDatabaseClock' = 'shiftClock'): Fault => ({
  name: `clock ${name}`,
  needs: (world) => world[of] !== undefined,
  strike: async (world) => {
    world[of]?.(ms);
    await sleep(world.outageMs);
    world[of]?.(0);
    if (of === 'shiftDatabaseClock') await sleep(1_000);
  },
});
const CLOCK: Fault[] = [
  clockJump('a minute ahead', 60_000),
  clockJump('a minute behind', -60_000),
  clockJump('an hour ahead', 3_600_000),
  clockJump('an hour behind', -3_600_000),
];
const DATABASE_CLOCK: Fault[] = [
  clockJump('of PostgreSQL an hour ahead', 3_600_000, 'shiftDatabaseClock'),
  clockJump('of PostgreSQL an hour behind', -3_600_000, 'shiftDatabaseClock'),
];

const linkFaults = (which: 'postgres' | 'nats', to: string): Fault[] => [
  {
    name: `link to ${to} cut`,
    strike: async ({ links, outageMs }) => {
      links?.[which].cut(true);
      await sleep(outageMs);
      links?.[which].cut(false);
    },
  },
  {
    name: `connections to ${to} reset`,
    strike: async ({ links }) => {
      links?.[which].cut(true);
      links?.[which].cut(false);
    },
  },
  {
    name: `connections to ${to} dropped`,
    strike: async ({ links }) => {
      links?.[which].drop();
      later(() => links?.[which].bury());
    },
  },
  {
    name: `link to ${to} silent`,
    strike: async ({ links, outageMs }) => {
      links?.[which].swallow(true);
      links?.[which].drop();
      await sleep(outageMs);
      links?.[which].swallow(false);
      // Whoever came meanwhile is heard by nobody for ever.
      links?.[which].drop();
      later(() => links?.[which].bury());
    },
  },
  {
    name: `link to ${to} slow`,
    strike: async ({ links, outageMs }) => {
      links?.[which].delay(SLOW_LINK_MS);
      await sleep(2 * outageMs);
      links?.[which].delay(0);
    },
  },
];
const SLOW_LINK_MS = 250;
/** A server whose pings are set as in `deploy/` has found out by then; 2.9 does not ask connections to which it sends. */
const later = (work: () => void): void => void setTimeout(work, 30_000).unref();
const LINKS: Fault[] = [...linkFaults('postgres', 'PostgreSQL'), ...linkFaults('nats', 'NATS')];

const OF: Record<Layout, Fault[]> = {
  'one process': [...SERVERS, ...ONE_PROCESS, ...DISK, ...CLOCK],
  'process per service': [...SERVERS, ...PROCESS_PER_SERVICE, ...DISK, ...CLOCK],
  'behind links': [...LINKS, ...CLOCK, ...DATABASE_CLOCK],
  'services behind links': [...LINKS, ...CLOCK, ...DATABASE_CLOCK],
};

export const faultsOf = (layout: Layout, only: (name: string) => boolean): Fault[] =>
  OF[layout].filter(({ name }) => only(name));

/** Every replica of the service. */
const replicasOf = (platform: Platform, service: string): number[] =>
  childrenOf(platform)
    .filter(({ name }) => name.split('#')[0] === service)
    .map(({ pid }) => pid);

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
  await withSuperuser(platform, (client) =>
    client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    ),
  );
}
