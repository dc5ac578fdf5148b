import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { customersCatalogue } from '@tidegate/testing/customers/catalogue';
import type { DroppingProxy } from '@tidegate/testing/dropping-proxy';
import { type Platform, startPlatform } from '@tidegate/testing/platform';
import { type SmallDisk, smallDisk } from '@tidegate/testing/small-disk';
import { serversBehindLinks } from './linked-servers.ts';
import { serverClock } from './server-clock.ts';

export type Layout = 'one process' | 'process per service' | 'behind links' | 'services behind links';
export const LAYOUTS: readonly Layout[] = [
  'one process',
  'process per service',
  'behind links',
  'services behind links',
];
const PER_SERVICE: readonly Layout[] = ['process per service', 'services behind links'];
const BEHIND_LINKS: readonly Layout[] = ['behind links', 'services behind links'];

/** The platform under test; a process that was ended on purpose is started again as an orchestrator would. */
export interface World {
  platform: Platform;
  restart(how: 'killed' | 'stopped'): Promise<void>;
  outageMs: number;
  /** On which everything lies; undefined where none can be mounted. */
  disk: SmallDisk | undefined;
  /** How far off the clock of our processes is. */
  shiftClock(ms: number): void;
  /** The same of PostgreSQL, behind links and where libfaketime is installed. */
  shiftDatabaseClock: ((ms: number) => void) | undefined;
  /** To servers that the platform does not supervise. */
  links: { postgres: DroppingProxy; nats: DroppingProxy } | undefined;
  close(): Promise<void>;
}

const MEGABYTES = 2_048;
const RATES = { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '1000000' };

export async function openWorld(layout: Layout): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-chaos-'));
  const linked = BEHIND_LINKS.includes(layout);
  const disk = linked ? undefined : smallDisk(MEGABYTES);
  const [catalogue, offset] = [join(folder, 'plans.yaml'), join(folder, 'clock')];
  writeFileSync(catalogue, customersCatalogue());
  writeFileSync(offset, '0');
  const dataDir = join(disk?.folder ?? folder, 'data');
  const databaseClock = linked ? serverClock(folder) : undefined;
  const servers = linked ? await serversBehindLinks(folder, dataDir, databaseClock) : undefined;
  const env = {
    ...RATES,
    PLANS_FILE: catalogue,
    SHIFTED_CLOCK: offset,
    // The links' servers are somebody else's, so this machine is by default not for customers.
    NOTIFIER_ALLOW_LOOPBACK: 'true',
    NODE_OPTIONS: `--import=${join(process.cwd(), 'bench/dist/chaos/shifted-clock.js')}`,
  };
  const options = { services: PER_SERVICE.includes(layout), dataDir, port: await freePort(), env };
  const world: World = {
    platform: await startPlatform(options),
    outageMs: 0,
    disk,
    links: servers?.links,
    shiftClock: (ms) => writeFileSync(offset, String(ms)),
    shiftDatabaseClock: databaseClock?.shift,
    restart: async (how) => {
      const { process: child } = world.platform;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(how === 'killed' ? 'SIGKILL' : 'SIGTERM');
      await ended;
      world.platform = await startPlatform(options);
    },
    close: async () => {
      await world.platform.stop();
      await servers?.close();
      disk?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}
