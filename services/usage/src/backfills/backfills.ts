import { Injectable } from '@nestjs/common';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { forbidden, invalid } from '@tidegate/contracts/kernel/problem';
import type { BackfillPreview } from '@tidegate/contracts/usage/backfills';
import { unitsOf } from '@tidegate/contracts/usage/quantity';
import type { UsageChange } from '@tidegate/contracts/usage/sums';
import type { Meter } from '@tidegate/contracts/usage/usage';
import { ensureDays } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { emitReached } from '../balances/emit-reached.ts';
import { reachedIn } from '../balances/quota-alert.rows.ts';
import { asText, currentWindow } from '../balances/window.rules.ts';
import { monthOf, stepsOf } from '../entitlements/meter-periods.rules.ts';
import { type Standing, timesOf } from '../entitlements/standing.ts';
import { isByDifference } from '../ingestion/aggregate.rules.ts';
import { changeValues } from '../ingestion/change-values.ts';
import { hashOf } from '../ingestion/count-differences.ts';
import { byDimension } from '../ingestion/count-dimensions.ts';
import type { ReportedEvent } from '../ingestion/read-events.rules.ts';
import { UsageWriter } from '../ingestion/usage-writer.ts';
import { CORRECTION } from '../kernel/correction.rules.ts';
import { eventKey } from '../kernel/event-identity.ts';
import { lockMeters } from '../kernel/meter-lock.rows.ts';
import { findKnown } from '../kernel/usage-identity.rows.ts';
import type { Labels } from '../meters/dimensions.rules.ts';
import {
  type BackfillRow,
  findExistingEvents,
  insertChanges,
  insertCorrections,
  MOST_EXISTING,
  usedIn,
} from './backfill.rows.ts';
import { type Change, type Plan, planBackfill, reporterOf, type Wanted } from './plan-backfill.rules.ts';

const DAY_MS = 86_400_000;
const AT_ONCE = 1_000;

export type Asked = Pick<BackfillRow, 'id' | 'meter' | 'source' | 'mode' | 'events'> & { from: string; to: string };

/** A change, and what it adds to the window of its event, in steps. */
export type Counted = Change & { adds: number };

/** Plans and writes what backfills change. Every event that is touched becomes another one by a correction, as one by one. */
@Injectable()
export class Backfills {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly writer: UsageWriter,
  ) {}

  /** Creates the days of a time, in a transaction of its own. */
  async ensurePartitions({ from, to }: Pick<Asked, 'from' | 'to'>): Promise<void> {
    const today = Math.floor(Date.now() / DAY_MS);
    const back = today - Math.floor(Date.parse(from) / DAY_MS);
    const ahead = Math.floor(Date.parse(to) / DAY_MS) - today;
    await this.tenants.system('ingest', (tx) => ensureDays(tx, 'usage_events', { back, ahead }));
  }

  /** What has to change now, by instants; until the transaction ends nobody else changes it. */
  async plan(tx: Tx, orgId: string, asked: Asked, { meter, aggregate }: Meter): Promise<Plan> {
    await lockMeters(tx, orgId, [meter]);
    const there = await findExistingEvents(tx, orgId, { ...asked, values: isByDifference(aggregate) });
    if (there === 'unstored') {
      throw invalid(
        '/from',
        'too_old',
        'Some events of {meter} in that time were counted by a version that did not store their values.',
        { meter },
      );
    }
    if (there.length > MOST_EXISTING) {
      throw invalid('/from', 'too_many', 'There are more than {most} events. Ask for a shorter time.', {
        most: MOST_EXISTING,
      });
    }
    const { id: backfillId, source, mode } = asked;
    const hash = aggregate === 'unique' ? uniqueOf : () => undefined;
    const plan = planBackfill({ backfillId, source, mode, keyOf: eventKey, hashOf: hash }, asked.events, there);
    plan.changes.sort((a, b) => (a.at === b.at ? compare(a.key, b.key) : compare(a.at, b.at)));
    const fresh = plan.changes.filter((change) => change.fresh);
    const known = await findKnown(
      tx,
      orgId,
      fresh.map(({ key }) => key),
    );
    const elsewhere = fresh.find(({ key }) => known.has(key));
    if (elsewhere) {
      throw invalid(
        '/events',
        'known_elsewhere',
        'The id {id} was counted for another time or meter: correct it there, or send another id.',
        { id: elsewhere.id },
      );
    }
    return plan;
  }

  /** What each change adds; of a meter whose events do not add up, to its window. With `save` it says so from now on. */
  async count(
    tx: Tx,
    standing: Standing,
    { meter, aggregate }: Meter,
    changes: readonly Change[],
    { save }: { save: boolean },
  ): Promise<Counted[]> {
    if (!isByDifference(aggregate)) {
      return changes.map((change) => ({ ...change, adds: (change.after ?? 0) - (change.before ?? 0) }));
    }
    const values = changes.map(({ labels, counted, ...change }) => ({
      ...change,
      labels: counted ?? labels ?? undefined,
    }));
    const adds = await changeValues(tx, standing, { meter, aggregate }, values, { save });
    return changes.map((change, index) => ({ ...change, adds: adds[index] ?? 0 }));
  }

  /** Counts the changes, each at the instant of its event. Answers them as they were counted. */
  async write(
    tx: Tx,
    emit: Emit,
    standing: Standing,
    changes: readonly Change[],
    { meter, reason, by, epoch }: { meter: Meter; reason: string; by: string; epoch: number },
  ): Promise<Counted[]> {
    const counted = await this.count(tx, standing, meter, await this.placed(tx, standing, meter, changes), {
      save: true,
    });
    const corrected = counted.filter((change) => !change.fresh);
    const numbers = await insertCorrections(tx, standing.snapshot.orgId, corrected, { reason, by });
    const events = counted.map((change) => eventOf(change, standing, meter, numbers));
    const counting = { tx, emit, now: standing.now, epoch };
    for (let from = 0; from < events.length; from += AT_ONCE) {
      const some = events.slice(from, from + AT_ONCE);
      const { accepted } = await this.writer.write(counting, some, { ...timesOf(standing), anyAge: true });
      if (accepted !== some.length) throw new Error('A change of a backfill was not counted.');
    }
    const { orgId } = standing.snapshot;
    const window = currentWindow(standing, meter.meter);
    const reached = await reachedIn(tx, [{ ...window, orgId }]);
    await emitReached(tx, emit, reached, () => asText(standing, window));
    return counted.map((change) => ({ ...change, labels: change.counted ?? change.labels }));
  }

  /** Decides under which combination of dimensions events count that are written anew. */
  private async placed(
    tx: Tx,
    standing: Standing,
    { meter }: Meter,
    changes: readonly Change[],
  ): Promise<readonly Change[]> {
    const fresh = changes.flatMap((change, index) =>
      change.fresh ? [{ index, event: eventOf({ ...change, adds: 0 }, standing, { meter }, new Map()) }] : [],
    );
    const counted = new Map<number, Labels>();
    for (const { index, event } of await byDimension(tx, standing, fresh, true)) {
      if (event.counted) counted.set(index, event.counted);
    }
    return counted.size === 0 ? changes : changes.map((change, index) => ({ ...change, counted: counted.get(index) }));
  }

  lock(tx: Tx, orgId: string, meter: string): Promise<void> {
    return lockMeters(tx, orgId, [meter]);
  }

  /** Keeps what a backfill changed, so that it can be taken back. */
  keep(tx: Tx, orgId: string, backfillId: string, changes: readonly Change[]): Promise<void> {
    return insertChanges(tx, orgId, backfillId, changes);
  }

  /** What a plan does to the months of its meter. */
  async preview(
    tx: Tx,
    { snapshot, periods }: Standing,
    { meter, decimals }: Meter,
    { changes, ...counts }: Omit<Plan, 'changes'> & { changes: readonly Counted[] },
  ): Promise<Omit<BackfillPreview, 'charges'>> {
    const steps = stepsOf(periods, meter);
    const months = Map.groupBy(changes, ({ at }) => monthOf(steps, Date.parse(at)).start);
    const starts = [...months.keys()].sort((a, b) => a - b);
    const used = await usedIn(
      tx,
      snapshot.orgId,
      meter,
      starts.map((start) => new Date(start).toISOString()),
    );
    const balances = starts.map((start) => {
      const [periodStart, periodEnd] = [start, monthOf(steps, start).end].map((at) => new Date(at).toISOString()) as [
        string,
        string,
      ];
      const before = used.get(periodStart) ?? 0;
      const more = (months.get(start) ?? []).reduce((sum, { adds }) => sum + adds, 0);
      return { periodStart, periodEnd, before: unitsOf(before, decimals), after: unitsOf(before + more, decimals) };
    });
    return { ...counts, balances: balances.filter(({ before, after }) => before !== after) };
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const uniqueOf = ({ value, labels }: Wanted): string => hashOf(value, labels ?? undefined);

/** As it is counted: the event itself, or the difference that its correction makes. */
function eventOf(
  { key, source, id, at, labels, counted, said, after, adds, fresh }: Counted,
  { snapshot: { orgId } }: Standing,
  { meter }: Pick<Meter, 'meter'>,
  numbers: ReadonlyMap<string, number>,
): ReportedEvent {
  const of = { at, org: orgId, meter, reporter: reporterOf(source), counted, ...(labels ? { labels } : {}) };
  if (!fresh) return { ...of, source: CORRECTION, id: `${key}-${numbers.get(key)}`, quantity: adds };
  // What it says, so that it is a duplicate when it comes again.
  return { ...of, source, id, quantity: adds, said: said ?? after ?? 0 };
}

/** Only a service key changes what is charged. */
export function operatorOf({ kind, orgId, keyId }: Caller): { orgId: string; by: string } {
  if (kind !== 'service_key' || !orgId) {
    throw forbidden({}, 'Backfills change what is charged: they are made with a service key, for one organisation.');
  }
  return { orgId, by: `service_key:${keyId}` };
}

const QUARTER_MS = 900_000;
const MOST_CHANGES = 5_000;

/** The changes as billing is asked about them: by the second, or by the quarter of an hour where there are many. */
export function summed(changes: readonly Counted[]): UsageChange[] {
  const by = (ms: number) => {
    const sums = new Map<number, number>();
    for (const { at, adds } of changes) {
      const start = Math.floor(Date.parse(at) / ms) * ms;
      sums.set(start, (sums.get(start) ?? 0) + adds);
    }
    return [...sums].filter(([, quantity]) => quantity !== 0);
  };
  const exact = by(1_000);
  const list = exact.length > MOST_CHANGES ? by(QUARTER_MS) : exact;
  return list.map(([at, quantity]) => ({ at: new Date(at).toISOString(), quantity }));
}
