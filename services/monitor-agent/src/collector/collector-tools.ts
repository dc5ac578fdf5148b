import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { Outbox } from '@tidegate/messaging/outbox';
import { Log } from '@tidegate/telemetry/log';
import { isSqlState } from '../kernel/connection/connection-failure.rules.ts';
import { VisitFailed } from '../kernel/schedule/visit-failed.ts';
import { Scrubber } from '../kernel/scrubbing/scrubber.ts';
import { MonitorAgentConfig } from '../monitor-agent.config.ts';
import { Dialer } from '../servers/dialer.ts';
import { CollectionMetrics } from './collection-metrics.ts';

/** How often what is done, in milliseconds. */
export interface CollectionPlan {
  probeMs: number;
  /** Between looks at the sessions in trouble, and for how long. */
  troubleProbeMs: number;
  troubleMs: number;
  minuteMs: number;
  /** Between the first two minute passes of a new server. */
  earlyMs: number;
  /** Between two visits to one of the databases that we are not connected to. */
  visitMs: number;
  /** After each visit. */
  visitPauseMs: number;
  sizesMs: number;
  textsMs: number;
  factsMs: number;
}

const MINUTE = 60_000;

/** What every session needs. */
@Injectable()
export class CollectorTools {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox;
  readonly bus: Bus;
  readonly dialer: Dialer;
  readonly log: Log;
  readonly scrubber = new Scrubber();
  readonly metrics = new CollectionMetrics();
  readonly plan: CollectionPlan;
  private lastInTurn: Promise<unknown> = Promise.resolve();

  constructor(tenants: TenantDatabase, outbox: Outbox, bus: Bus, dialer: Dialer, log: Log, config: MonitorAgentConfig) {
    this.tenants = tenants;
    this.outbox = outbox;
    this.bus = bus;
    this.dialer = dialer;
    this.log = log;
    const probeMs = config.MONITOR_PROBE_SECONDS * 1_000;
    const minuteMs = config.MONITOR_MINUTE_SECONDS * 1_000;
    this.plan = {
      probeMs,
      troubleProbeMs: Math.min(1_000, probeMs),
      troubleMs: 5 * MINUTE,
      minuteMs,
      earlyMs: Math.min(10_000, minuteMs),
      visitMs: 5 * minuteMs,
      visitPauseMs: Math.min(1_000, minuteMs),
      sizesMs: 15 * MINUTE,
      textsMs: 10 * MINUTE,
      factsMs: 10 * MINUTE,
    };
  }

  /** Of what a customer's server answers only the code is logged: its text may contain anything. */
  queryFailed(serverId: string, query: string, error: unknown): void {
    const { code } = error as { code?: unknown };
    if (isSqlState(code) || error instanceof VisitFailed)
      this.log.warn({ serverId, query, code }, 'A query to a server failed; it is retried later');
    else this.log.error({ serverId, query, error }, 'A query to a server could not be asked');
  }

  /**
   * One after the other: a session that takes over a server reads everything that is stored of it, and after a start
   * all of them do. At once they would fill the memory and be no faster.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lastInTurn.then(work);
    this.lastInTurn = result.catch(() => undefined);
    return result;
  }

  now(): number {
    return Date.now();
  }

  random(): number {
    return Math.random();
  }
}
