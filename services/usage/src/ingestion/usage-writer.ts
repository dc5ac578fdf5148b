import { Injectable } from '@nestjs/common';
import { MAX_EVENT_AGE_DAYS, type UsageEvent } from '@tidegate/contracts/usage/event';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { clock } from '@tidegate/runtime/clock';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { Identities } from '../kernel/identities.ts';
import { WatchedUsage } from '../kernel/watched-usage.ts';
import { findMeters } from '../meters/meter.rows.ts';
import type { Known } from './admission.rules.ts';
import { ensureEventDays } from './event-days.ts';
import { Origins } from './origins.ts';
import { PeriodCache } from './period-cache.ts';
import type { ReportedEvent } from './read-events.rules.ts';
import { insertRejected, type RejectedEvent } from './rejected-event.rows.ts';
import { type Written, writeEvents } from './write-events.ts';

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
    try {
      return await this.tenants.system('ingest', (tx) => this.writeAll(tx, this.outbox.emitter(tx), events, now));
    } catch (error) {
      // A partition may have been dropped: the next attempt checks again.
      this.dates.clear();
      throw error;
    }
  }

  /** Counts what can be counted and stores the rest with the reason, in a transaction that sees all organisations. */
  async writeAll(tx: Tx, emit: Emit, events: readonly UsageEvent[], now: number): Promise<Written> {
    const epoch = await beginCounting(tx);
    const { periods, zones } = await this.periods.of(tx, epoch, events);
    const meters = await this.metersFor(tx, events);
    const known = { meters, periods, zones, special: this.special };
    const written = await this.count(tx, emit, { events, known, now, epoch });
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
    tx: Tx,
    emit: Emit,
    events: readonly ReportedEvent[],
    {
      periods,
      zones,
      now,
      epoch,
      anyAge,
    }: Pick<Known, 'periods' | 'zones'> & { now: number; epoch: number; anyAge?: boolean },
  ): Promise<Written> {
    const meters = await this.metersFor(tx, events);
    return this.count(tx, emit, { events, known: { meters, periods, zones, anyAge }, now, epoch });
  }

  /** How many events this process has counted since this was asked last. */
  takeCounted(): number {
    const { counted } = this;
    this.counted = 0;
    return counted;
  }

  private async count(tx: Tx, emit: Emit, batch: Parameters<typeof writeEvents>[2]): Promise<Written> {
    const written = await writeEvents(tx, emit, batch, this.known);
    this.counted += written.accepted;
    if (written.accepted > 0) tx.onCommit(() => this.watched.note(batch.events));
    return written;
  }

  /** Creates partitions for days that this process has not seen yet; otherwise Postgres is not asked. */
  async ensurePartitions(events: readonly { at: string }[], now: number): Promise<void> {
    const today = Math.floor(now / DAY_MS);
    const lacking: number[] = [];
    for (const { at } of events) {
      if (this.dates.has(at.slice(0, 10)) && at.endsWith('Z')) continue;
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
