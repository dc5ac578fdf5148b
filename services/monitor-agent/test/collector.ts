import type { Live } from '@tidegate/contracts/kernel/live';
import { newId } from '@tidegate/database/ids';
import { type RunningLoop, startLoops } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { closing } from '@tidegate/testing/closing';
import { until } from '@tidegate/testing/until';
import { CollectServers } from '../src/collector/collect-servers.loop.ts';
import { CollectorTools } from '../src/collector/collector-tools.ts';
import { COLLECT_SERVERS, createLease } from '../src/kernel/schedule/lease.rows.ts';
import { Scrubber } from '../src/kernel/scrubbing/scrubber.ts';
import { Dialer } from '../src/servers/dialer.ts';
import { insertServer } from '../src/servers/server.rows.ts';
import { ServerSecrets } from '../src/servers/server-secrets.ts';
import type { PostgresServer } from './postgres-server.ts';
import { type Store, vault } from './store.ts';
import { WATCHER_PASSWORD } from './watched.ts';

/** The machine itself has many addresses. */
const loopback = async (host: string) => ({ address: host.startsWith('127.') ? host : '127.0.0.1', loopback: true });

export const secrets = new ServerSecrets(vault);
/** The guard has tests of its own. */
export const guard = { check: loopback, trusted: loopback };

export const dialer = (config = {}) => new Dialer(secrets, guard as never, config as never);

/** A plan that includes all of monitoring. */
export const everything = { shows: async () => {}, isDemo: async () => false } as never;

/** Seconds from one snapshot to the next. */
export interface Plan {
  probe?: number;
  minute?: number;
}

/** All replicas of a file share one thread: starting it costs as much as a whole snapshot. */
class SharedScrubber extends Scrubber {
  override async close(): Promise<void> {}

  end(): Promise<void> {
    return super.close();
  }
}
let scrubber: SharedScrubber | undefined;

function sharedScrubber(): Scrubber {
  if (!scrubber) {
    const opened = new SharedScrubber();
    scrubber = opened;
    closing(async () => {
      scrubber = undefined;
      await opened.end();
    });
  }
  return scrubber;
}

/** One replica of the collector, with a clock that can be put forward. */
export class Replica {
  readonly live: { orgId: string; topic: string; data: unknown }[] = [];
  private readonly collector: CollectServers;
  private readonly store: Store;
  private readonly plan: Plan;
  private loops: RunningLoop[] = [];
  private aheadMs = 0;
  private stopped: Promise<void> | undefined;

  constructor(store: Store, plan: Plan = {}) {
    this.store = store;
    this.plan = plan;
    const bus = {
      live: (orgId: string, { topic, data: shape }: Live, data: unknown) =>
        this.live.push({ orgId, topic, data: shape.parse(data) }),
    };
    const config = {
      MONITOR_PROBE_SECONDS: plan.probe ?? 1,
      MONITOR_MINUTE_SECONDS: plan.minute ?? 1,
      MONITOR_MAX_SERVERS: 100,
      MONITOR_LEASE_SECONDS: 15,
    };
    const { tenants, outbox } = store;
    const tools = new CollectorTools(tenants, outbox, bus as never, dialer(), new Log(), config as never);
    tools.now = () => Date.now() + this.aheadMs;
    tools.random = () => 0.5;
    Object.assign(tools, { scrubber: sharedScrubber() });
    this.collector = new CollectServers(tools, config as never, store.wakes as never);
  }

  start(): this {
    this.loops = startLoops(this.collector, new Log(), this.store.wakes as never);
    return this;
  }

  putForward(ms: number): void {
    this.aheadMs += ms;
  }

  /** One more replica, with the same time on its clock; all that it knows of the servers comes from the store. */
  successor(): Replica {
    const next = new Replica(this.store, this.plan);
    next.putForward(this.aheadMs);
    return next;
  }

  /** As after SIGKILL or a long pause: nothing is released, nothing is said. */
  async freeze(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  async stop(): Promise<void> {
    this.stopped ??= this.freeze().then(() => this.collector.onApplicationShutdown());
    await this.stopped;
  }

  /** One turn by hand, after a freeze. */
  async turn(): Promise<void> {
    this.store.wakes.wake(COLLECT_SERVERS);
    await this.collector.turn({ signal: new AbortController().signal });
  }

  isBusy(serverId: string): boolean {
    return this.sessions.get(serverId)?.busy ?? false;
  }

  private get sessions(): Map<string, { busy: boolean }> {
    return (this.collector as unknown as { sessions: Map<string, { busy: boolean }> }).sessions;
  }

  /** Turns by hand, a second of its clock apart, until this is so and nothing is running any more. */
  async turnUntil(done: () => Promise<boolean>, { withinMs = 20_000, stepMs = 1_000 } = {}): Promise<void> {
    const idle = () => [...this.sessions.values()].every(({ busy }) => !busy);
    const settled = async () => {
      if (!idle()) return false;
      if (await done()) return true;
      this.putForward(stepMs);
      await this.turn();
      return false;
    };
    await until(settled, { withinMs, everyMs: 5, what: 'what the collector was turned for' });
  }
}

/** The server's clock at the last look at its statements that was stored. */
export async function snapshotAt(store: Store, serverId: string): Promise<string | undefined> {
  const [row] = await store.server.sql<{ at: string }>(
    `select at from monitor_agent.statement_snapshots where server_id = '${serverId}'`,
  );
  return row?.at;
}

/** Turns by hand until there is one snapshot more. */
export async function collectOnce(store: Store, replica: Replica, serverId: string): Promise<void> {
  const before = await snapshotAt(store, serverId);
  await replica.turnUntil(async () => (await snapshotAt(store, serverId)) !== before);
}

export interface WatchedServer {
  orgId: string;
  serverId: string;
}

export async function addServer(
  store: Store,
  watched: Pick<PostgresServer, 'host' | 'port'>,
  more: {
    name?: string;
    user?: string;
    password?: string;
    orgId?: string;
    personId?: string;
    database?: string;
  } = {},
): Promise<WatchedServer> {
  const orgId = more.orgId ?? newId();
  const serverId = newId();
  await store.tenants.run(orgId, async (tx) => {
    await insertServer(tx, {
      id: serverId,
      name: more.name ?? `db ${serverId.slice(-6)}`,
      host: watched.host,
      port: watched.port,
      database: more.database ?? 'postgres',
      user: more.user ?? 'watcher',
      password: await secrets.sealPassword(tx, serverId, more.password ?? WATCHER_PASSWORD),
      tlsMode: 'disable',
      tlsCa: null,
      platform: false,
    });
    await createLease(tx, serverId, more.personId ?? null);
  });
  store.wakes.wake(COLLECT_SERVERS);
  return { orgId, serverId };
}
