import { hostname } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { newId } from '@tidegate/database/ids';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Rivals } from '@tidegate/runtime/rivals';
import { Wakes } from '@tidegate/runtime/wakes';
import {
  COLLECT_SERVERS,
  claimLeases,
  LEASE_SECONDS,
  LONG_LEASE_SECONDS,
  nextExpiry,
  releaseLeases,
  renewLeases,
  shortenLeases,
} from '../kernel/schedule/lease.rows.ts';
import { Places } from '../kernel/schedule/places.ts';
import { MonitorAgentConfig } from '../monitor-agent.config.ts';
import { CollectorTools } from './collector-tools.ts';
import { ServerSession } from './server-session.ts';

/*
 * Spreads servers over replicas and keeps their sessions going.
 *
 * A server belongs to the replica whose lease on it has not expired. Turns renew the leases of this replica (every 5 s,
 * they last 15; while there is no other replica every 30 s, they last 90), let go of servers whose lease is gone, take servers that nobody holds (when somebody says that there are
 * some, or when the lease on one of another replica's may have run out), a few at a time so that
 * replicas which start together share them, and start whatever is due, the one whose turn is longest ago first. Turns
 * only start work: sessions run beside each other, so many at once of all, of one organisation and of one person, each
 * with one thing at a time.
 *
 * A replica that stops releases its leases. One that is killed loses them within 15 s of the moment at which there is
 * another one to take them, and that goes on from the stored state: nothing is lost and nothing counted twice, because whoever writes proves its lease in the same
 * transaction.
 */
const RENEW_MS = 5_000;
const RENEW_ALONE_MS = 30_000;
/** Without a word that there are servers to take, and without a lease that runs out. */
const NET_MS = 30_000;
/** Where there are servers: who is due is looked up in memory. */
const LOOK_MS = 500;
const CLAIM_PER_TURN = 20;
/*
 * Servers that answer have places that no other can take. Those that failed or took long when they had their turn last,
 * and those that nobody knows yet, wait in a shorter queue for places of their own.
 */
const PLACES = { all: 24, each: 8 };
const DOUBTFUL_PLACES = { all: 12, each: 4 };

@Injectable()
export class CollectServers implements OnApplicationShutdown {
  readonly holder = `${hostname()}-${process.pid}-${newId().slice(-12)}`;
  private readonly tools: CollectorTools;
  private readonly config: MonitorAgentConfig;
  private readonly sessions = new Map<string, ServerSession>();
  private readonly places = new Places(PLACES);
  private readonly doubtfulPlaces = new Places(DOUBTFUL_PLACES);
  private readonly ending = new Set<Promise<void>>();
  private readonly rivals: Rivals;
  private isNew = true;
  /** Kept until a turn begins: news that come during a snapshot are not in its answer. */
  private news = true;
  private renewAt = 0;
  private claimAt = 0;

  constructor(tools: CollectorTools, config: MonitorAgentConfig, wakes: Wakes) {
    this.tools = tools;
    this.config = config;
    wakes.on(COLLECT_SERVERS, () => {
      this.news = true;
    });
    const renewSoon = () => {
      this.renewAt = 0;
    };
    this.rivals = new Rivals(COLLECT_SERVERS, wakes, renewSoon, () => tools.now());
  }

  @Loop({ name: COLLECT_SERVERS, everyMs: NET_MS })
  async turn({ signal }: Turn): Promise<TurnResult> {
    for (const [serverId, session] of this.sessions) if (session.lost) this.drop(serverId);
    const now = this.tools.now();
    if (this.news) {
      this.news = false;
      this.renewAt = 0;
      this.claimAt = 0;
    }
    if (now >= this.renewAt) {
      await this.renew(now);
      this.tools.metrics.tell([...this.sessions.values()], now);
    }
    const isMore = now >= this.claimAt && (await this.claim(now));
    if (!signal.aborted) this.startDue();
    if (isMore) return 'again';
    return this.sessions.size > 0 ? LOOK_MS : this.claimAt - this.tools.now();
  }

  async onApplicationShutdown(): Promise<void> {
    const mine = [...this.sessions.keys()];
    for (const serverId of mine) this.drop(serverId);
    await Promise.all(this.ending);
    await this.tools.scrubber.close();
    await this.system((tx) => releaseLeases(tx, this.holder, mine));
  }

  private async renew(now: number): Promise<void> {
    const { alone } = this.rivals;
    // Before the waiting: who comes meanwhile wants them renewed again.
    this.renewAt = now + (alone ? RENEW_ALONE_MS : RENEW_MS);
    const mine = [...this.sessions.keys()];
    if (mine.length === 0) return;
    const seconds = alone ? LONG_LEASE_SECONDS : LEASE_SECONDS;
    const renewed = await this.system((tx) => renewLeases(tx, this.holder, mine, seconds)).catch((error: unknown) => {
      this.renewAt = 0;
      throw error;
    });
    const kept = new Map(renewed.map((lease) => [lease.serverId, lease]));
    for (const [serverId, session] of this.sessions) {
      const lease = kept.get(serverId);
      if (lease) session.follow(lease);
      else this.drop(serverId);
    }
  }

  /** Answers whether there may be more of them to take. */
  private async claim(now: number): Promise<boolean> {
    const most = Math.min(this.config.MONITOR_MAX_SERVERS - this.sessions.size, CLAIM_PER_TURN);
    if (most <= 0) {
      this.claimAt = now + NET_MS;
      return false;
    }
    this.rivals.announce();
    const { leases, next } = await this.system(async (tx) => {
      if (this.isNew) await shortenLeases(tx, this.holder);
      const claimed = await claimLeases(tx, this.holder, most);
      const ours = [...this.sessions.keys(), ...claimed.map(({ serverId }) => serverId)];
      return { leases: claimed, next: claimed.length < most ? await nextExpiry(tx, ours) : 0 };
    });
    this.isNew = false;
    for (const lease of leases) {
      // We may have held it before and lost it for being slow: that session must not go on.
      this.drop(lease.serverId);
      this.sessions.set(lease.serverId, new ServerSession(lease, this.tools));
    }
    this.claimAt = now + Math.min(NET_MS, Math.max(LOOK_MS, next ?? NET_MS));
    return leases.length === most;
  }

  private startDue(): void {
    for (const [serverId, session] of [...this.sessions]) {
      if (!session.isDue(this.tools.now())) continue;
      const { orgId, personId } = session.lease;
      const places = session.doubtful ? this.doubtfulPlaces : this.places;
      const leave = places.take(personId ? [orgId, personId] : [orgId]);
      if (!leave) continue;
      // To the end of the line.
      this.sessions.delete(serverId);
      this.sessions.set(serverId, session);
      session.start(leave);
    }
  }

  /** Sessions end beside everything else: one that waits for a slow server must not keep the leases from renewal. */
  private drop(serverId: string): void {
    const session = this.sessions.get(serverId);
    if (!session) return;
    this.sessions.delete(serverId);
    const end = session.stop().finally(() => this.ending.delete(end));
    this.ending.add(end);
  }

  private system<T>(work: Parameters<typeof this.tools.tenants.system<T>>[1]): Promise<T> {
    return this.tools.tenants.system('collect', work);
  }
}
