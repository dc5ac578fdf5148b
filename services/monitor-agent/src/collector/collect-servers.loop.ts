import { hostname } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { newId } from '@tidegate/database/ids';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Rivals } from '@tidegate/runtime/rivals';
import { Wakes } from '@tidegate/runtime/wakes';
import {
  COLLECT_SERVERS,
  claimLeases,
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
 * A server belongs to the replica whose lease on it has not expired. A turn renews the leases of this replica, drops
 * servers whose lease is gone, claims servers that nobody holds (when it is woken, or when another replica's lease may
 * have expired), a few at a time so that replicas that start together share them, and starts the sessions that are due,
 * the longest waiting first. Turns only start work: sessions run side by side, limited in all, by organisation and by
 * person, and each does one thing at a time.
 *
 * A replica that stops releases its leases. Those of one that is killed expire within `MONITOR_LEASE_SECONDS` of the start
 * of another, which continues from the stored state: nothing is lost or counted twice, because every write proves its
 * lease in the same transaction.
 */
const RENEWALS_IN_TERM = 3;
/** While there is no other replica to take over (`Rivals`). */
const ALONE_SECONDS = 90;
/** A safety net, for when nothing wakes the loop and no lease expires. */
const NET_MS = 30_000;
/** While there are servers: what is due is looked up in memory. */
const CHECK_MS = 500;
const CLAIM_PER_TURN = 20;
/*
 * Servers that answer have places that no others can take. Servers that failed or were slow last time, and new ones,
 * wait in a queue of their own for fewer places.
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
  /** Stays set until the next turn: a change during a query may not be in its answer. */
  private changed = true;
  private renewAt = 0;
  private claimAt = 0;

  constructor(tools: CollectorTools, config: MonitorAgentConfig, wakes: Wakes) {
    this.tools = tools;
    this.config = config;
    wakes.on(COLLECT_SERVERS, () => {
      this.changed = true;
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
    if (this.changed) {
      this.changed = false;
      this.renewAt = 0;
      this.claimAt = 0;
    }
    if (now >= this.renewAt) {
      await this.renew(now);
      this.tools.metrics.report([...this.sessions.values()], now);
    }
    const isMore = now >= this.claimAt && (await this.claim(now));
    if (!signal.aborted) this.startDue();
    if (isMore) return 'again';
    return this.sessions.size > 0 ? CHECK_MS : this.claimAt - this.tools.now();
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
    const seconds = alone ? Math.max(ALONE_SECONDS, this.leaseSeconds) : this.leaseSeconds;
    // Set before the await: a rival that appears meanwhile resets it, so that the leases are renewed again.
    this.renewAt = now + (seconds * 1_000) / RENEWALS_IN_TERM;
    const mine = [...this.sessions.keys()];
    if (mine.length === 0) return;
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

  /** Returns whether there may be more to claim. */
  private async claim(now: number): Promise<boolean> {
    const most = Math.min(this.config.MONITOR_MAX_SERVERS - this.sessions.size, CLAIM_PER_TURN);
    if (most <= 0) {
      this.claimAt = now + NET_MS;
      return false;
    }
    this.rivals.announce();
    const { leases, next } = await this.system(async (tx) => {
      if (this.isNew) await shortenLeases(tx, this.holder, this.leaseSeconds);
      const claimed = await claimLeases(tx, this.holder, most, this.leaseSeconds);
      const ours = [...this.sessions.keys(), ...claimed.map(({ serverId }) => serverId)];
      return { leases: claimed, next: claimed.length < most ? await nextExpiry(tx, ours) : 0 };
    });
    this.isNew = false;
    for (const lease of leases) {
      // We may have held it before and lost it by being slow: that session must not continue.
      this.drop(lease.serverId);
      this.sessions.set(lease.serverId, new ServerSession(lease, this.tools));
    }
    this.claimAt = now + Math.min(NET_MS, Math.max(CHECK_MS, next ?? NET_MS));
    return leases.length === most;
  }

  private startDue(): void {
    for (const [serverId, session] of [...this.sessions]) {
      if (!session.isDue(this.tools.now())) continue;
      const { orgId, personId } = session.lease;
      const places = session.doubtful ? this.doubtfulPlaces : this.places;
      const leave = places.take(personId ? [orgId, personId] : [orgId]);
      if (!leave) continue;
      // To the end of the queue.
      this.sessions.delete(serverId);
      this.sessions.set(serverId, session);
      session.start(leave);
    }
  }

  /** Sessions end in the background: one that waits for a slow server must not delay the renewal of leases. */
  private drop(serverId: string): void {
    const session = this.sessions.get(serverId);
    if (!session) return;
    this.sessions.delete(serverId);
    const end = session.stop().finally(() => this.ending.delete(end));
    this.ending.add(end);
  }

  private get leaseSeconds(): number {
    return this.config.MONITOR_LEASE_SECONDS;
  }

  private system<T>(work: Parameters<typeof this.tools.tenants.system<T>>[1]): Promise<T> {
    return this.tools.tenants.system('collect', work);
  }
}
