import { Injectable } from '@nestjs/common';
import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { MAX_EVENT_AGE_DAYS, type UsageEvent } from '@tidegate/contracts/usage/event';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { clock } from '@tidegate/runtime/clock';
import { beginCounting, findStored } from '../entitlements/entitlement-snapshot.rows.ts';
import { keepSnapshot } from '../entitlements/keep-snapshot.ts';
import { Identities } from '../kernel/identities.ts';
import { WatchedUsage } from '../kernel/watched-usage.ts';
import { findDefinitions, findMeters } from '../meters/meter.rows.ts';
import type { Known } from './admission.rules.ts';
import { ensureEventDays } from './event-days.ts';
import { Origins } from './origins.ts';
import { PeriodCache } from './period-cache.ts';
import type { ReportedEvent } from './read-events.rules.ts';
import { insertRejected, type RejectedEvent } from './rejected-event.rows.ts';
import { type Written, writeEvents } from './write-events.ts';

/** A transaction that counts. */
export interface Counting {
  tx: Tx;
  emit: Emit;
  now: number;
  /** In which it counts. */
  epoch: number;
}

const DAY_MS = 86_400_000;
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/**
 * Writes batches from any source. Meters are cached between batches: they are only added, so the cache can be incomplete
 * but never wrong; what it lacks is read.
 */
@Injectable()
export class UsageWriter {
  private readonly meters = new Set<string>();
  /** Those of them that do more than add up whole units. */
  private readonly special = new Set<string>();
  private readonly periods = new PeriodCache();
  private readonly known = { identities: new Identities(), origins: new Origins() };
  /** Dates, as they are written, whose partition is known to exist. */
  private readonly dates = new Set<string>();
  private counted = 0;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly watched: WatchedUsage,
  ) {}

  /** Writes a batch of the stream in a transaction of its own. */
  async writeBatch(events: readonly UsageEvent[], now = clock.now()): Promise<Written> {
    await this.ensurePartitions(events, now);
    return this.begin((tx, emit) => this.writeAll({ tx, emit, now }, events));
  }

  /** A transaction that sees all organisations and has begun to count. Partitions must have been ensured. */
  transaction<T>(work: (counting: Counting) => Promise<T>): Promise<T> {
    return this.begin(async (tx, emit) => work({ tx, emit, now: clock.now(), epoch: await beginCounting(tx) }));
  }

  /** As they are described now. */
  definitions(): Promise<Map<string, MeterDefinition>> {
    return findDefinitions(this.tenants.reader({}));
  }

  /** Those of these organisations whose entitlements have not arrived. */
  async lacking(orgIds: readonly string[]): Promise<string[]> {
    const stored = new Set(await findStored(this.tenants.reader({ system: 'ingest' }), orgIds));
    return orgIds.filter((orgId) => !stored.has(orgId));
  }

  /** As if the event had arrived. */
  learn(snapshot: Entitlements): Promise<boolean> {
    return this.tenants.run(snapshot.orgId, (tx) => keepSnapshot(tx, snapshot));
  }

  private async begin<T>(work: (tx: Tx, emit: Emit) => Promise<T>): Promise<T> {
    try {
      return await this.tenants.system('ingest', (tx) => work(tx, this.outbox.emitter(tx)));
    } catch (error) {
      // A partition may have been dropped: the next attempt checks again.
      this.dates.clear();
      throw error;
    }
  }

  /** Counts what can be counted and stores the rest with the reason, in a transaction that sees all organisations. */
  async writeAll({ tx, emit, now }: Omit<Counting, 'epoch'>, events: readonly UsageEvent[]): Promise<Written> {
    const epoch = await beginCounting(tx);
    const times = await this.periods.of(tx, epoch, events);
    const meters = await this.metersFor(tx, events);
    const known = { meters, times, special: this.special, ours: true };
    const written = await this.count({ tx, emit, now, epoch }, events, known);
    await insertRejected(
      tx,
      [...written.rejected].flatMap(([index, rejection]) => {
        const event = events[index];
        return event ? [{ org: event.org, ...rejection, payload: JSON.stringify(event) }] : [];
      }),
    );
    return written;
  }

  /** Stores what could not even be parsed as an event. */
  storeRejected(rejected: readonly RejectedEvent[]): Promise<void> {
    return this.tenants.system('ingest', (tx) => insertRejected(tx, rejected));
  }

  /**
   * Writes in the caller's transaction, which has begun to count, in this epoch, before it read the periods; partitions must
   * have been ensured before it began.
   */
  async write(
    counting: Counting,
    events: readonly ReportedEvent[],
    { times, anyAge }: Pick<Known, 'times' | 'anyAge'>,
  ): Promise<Written> {
    const meters = await this.metersFor(counting.tx, events);
    return this.count(counting, events, { meters, times, anyAge });
  }

  /** How many events this process has counted since this was asked last. */
  takeCounted(): number {
    const { counted } = this;
    this.counted = 0;
    return counted;
  }

  private async count(
    { tx, emit, now, epoch }: Counting,
    events: readonly ReportedEvent[],
    known: Known,
  ): Promise<Written> {
    const written = await writeEvents(tx, emit, { events, known, now, epoch }, this.known);
    this.counted += written.accepted;
    if (written.accepted > 0) tx.onCommit(() => this.watched.note(events));
    return written;
  }

  /** Creates partitions for days that this process has not seen yet; otherwise Postgres is not asked. */
  async ensurePartitions(events: readonly { at: string }[], now: number): Promise<void> {
    const today = Math.floor(now / DAY_MS);
    const lacking: number[] = [];
    let date = 'unknown';
    for (const { at } of events) {
      if (at.startsWith(date) && at.endsWith('Z')) continue;
      if (this.dates.has(at.slice(0, 10)) && at.endsWith('Z')) {
        date = at.slice(0, 10);
        continue;
      }
      const day = Math.floor(Date.parse(at) / DAY_MS);
      // Events outside this range are refused anyway, as those are whose time cannot be read.
      if (day >= today - MAX_EVENT_AGE_DAYS - 1 && day <= today + 1 && !this.dates.has(dateOf(day))) lacking.push(day);
    }
    if (lacking.length === 0) return;
    const back = Math.max(0, today - Math.min(...lacking));
    await ensureEventDays(this.tenants, { back, ahead: 3 });
    for (let day = today - back; day <= today + 3; day += 1) this.dates.add(dateOf(day));
  }

  private async metersFor(tx: Tx, events: readonly { meter: string }[]): Promise<ReadonlySet<string>> {
    if (events.some(({ meter }) => !this.meters.has(meter))) {
      for (const { meter, aggregate, decimals, groupBy } of await findMeters(tx)) {
        this.meters.add(meter);
        if (aggregate !== 'sum' || decimals > 0 || groupBy.length > 0) this.special.add(meter);
      }
    }
    return this.meters;
  }
}

/**
 * True when Postgres refused the values themselves (22: data, 23: constraint), so that a retry cannot help. A missing
 * partition has the same code as a failed check, but is not the row's fault.
 */
export function isBadData(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !/^2[23][0-9A-Z]{3}$/.test(code)) return false;
  return !/no partition of relation/.test(String(message));
}
