import { type ServerPulse, serverPulse } from '@tidegate/contracts/monitor-agent/overview';
import type { Bus } from '@tidegate/messaging/bus';
import type { Outbox } from '@tidegate/messaging/outbox';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { nextDue } from '../kernel/schedule/back-off.rules.ts';
import type { Prepared } from '../kernel/schedule/metric.ts';
import type { ScheduledQueries, ScheduledQuery } from '../kernel/schedule/scheduled-query.ts';
import type { ServerScrubber } from '../kernel/scrubbing/scrubber.ts';
import { dueUntil, rollUpLate } from '../kernel/storage/roll-up.ts';
import { type ActivitySnapshot, readActivity } from './activity.queries.ts';
import { insertActivity, toPoint } from './activity.rows.ts';
import { blockingTree, incidentsOf } from './blocking.rules.ts';
import { saveIncidents } from './incident.rows.ts';
import { CALM, nextPace, type Pace } from './pace.rules.ts';
import { troublesOf } from './standing-findings.rules.ts';
import { StandingFindings } from './standing-findings.ts';
import { WAIT_SUMS } from './wait-rollups.rows.ts';

/** How often sessions are read, in milliseconds, and how to update everybody who is watching. */
export interface ActivityTools {
  readonly bus: Pick<Bus, 'live'>;
  readonly outbox: Pick<Outbox, 'emit'>;
  /** `troubleProbeMs` while there is trouble and for `troubleMs` afterwards. */
  readonly plan: { probeMs: number; troubleProbeMs: number; troubleMs: number };
  now(): number;
}

/** Reads the sessions: what they do is stored, who blocks whom becomes history, and trouble shortens the interval. */
export class ActivityCollector {
  readonly query: ScheduledQuery;
  private readonly orgId: string;
  private readonly serverId: string;
  private readonly tools: ActivityTools;
  private readonly scrubber: ServerScrubber;
  private readonly findings: StandingFindings;
  private pace: Pace = CALM;
  private snapshotAt: number | undefined;
  /** Something of the snapshot before may still be called ongoing; after a start nobody knows. */
  private ongoing = true;

  constructor(
    { orgId, serverId }: { orgId: string; serverId: string },
    tools: ActivityTools,
    queries: ScheduledQueries,
    scrubber: ServerScrubber,
  ) {
    this.scrubber = scrubber;
    this.orgId = orgId;
    this.serverId = serverId;
    this.tools = tools;
    this.query = queries.add('activity');
    this.findings = new StandingFindings(serverId, tools.outbox);
  }

  /** Undefined when the query failed. `slower`: when all is calm, the next snapshot is so many intervals away. */
  async read(connection: ServerConnection, instance: Instance, slower = 1): Promise<Prepared | undefined> {
    const now = this.tools.now();
    const { troubleProbeMs, troubleMs } = this.tools.plan;
    const probeMs = this.tools.plan.probeMs * slower;
    const everyMs = now < this.pace.fastUntil ? troubleProbeMs : probeMs;
    this.query.dueAt = nextDue(this.query.dueAt, now, everyMs);
    const snapshot = await this.query.run(now, () => readActivity(connection, instance, this.scrubber));
    if (!snapshot) return undefined;
    const tree = blockingTree(snapshot.sessions, snapshot.locks);
    const incidents = incidentsOf(tree, snapshot.locks, snapshot.origins);
    const load = { blocked: tree.blocked, active: snapshot.active, parallelWorkers: instance.parallelWorkers };
    const pace = nextPace(this.pace, load, now, troubleMs);
    const { total, longestTransactionUs } = snapshot;
    const { maxConnections } = instance;
    const troubles = troublesOf({ blocked: tree.blocked, total, longestTransactionUs, maxConnections });
    let noted = () => {};
    const takenAt = new Date(now);
    // After a pause it is unknown what the sessions did: the snapshot stands for its own interval only.
    const spanMs = Math.max(0, Math.min(now - (this.snapshotAt ?? now - everyMs), 2 * probeMs));
    return {
      save: async (tx) => {
        await insertActivity(tx, this.serverId, { takenAt, spanMs, snapshot });
        if (takenAt.getTime() < dueUntil(this.tools.now()))
          await rollUpLate(tx, WAIT_SUMS, 'activity_samples', { serverId: this.serverId, takenAt });
        if (this.ongoing || incidents.length > 0) await saveIncidents(tx, this.serverId, takenAt, incidents);
        noted = await this.findings.note(tx, troubles, now);
      },
      committed: () => {
        noted();
        this.snapshotAt = now;
        this.ongoing = incidents.length > 0;
        if (pace.fastUntil > now) this.query.dueAt = Math.min(this.query.dueAt, now + troubleProbeMs);
        this.pace = pace;
        this.tools.bus.live(this.orgId, serverPulse, pulseOf(this.serverId, takenAt, snapshot));
      },
    };
  }
}

function pulseOf(serverId: string, takenAt: Date, snapshot: ActivitySnapshot): ServerPulse {
  const activity = toPoint({
    taken_at: takenAt,
    total: snapshot.total,
    active: snapshot.active,
    idle: snapshot.idle,
    idle_in_transaction: snapshot.idleInTransaction,
    waiting: snapshot.waiting,
    others: snapshot.others,
    longest_transaction_us: String(snapshot.longestTransactionUs),
  });
  return { serverId, state: 'ok', activity };
}
