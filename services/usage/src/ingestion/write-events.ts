import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { type Credited, drawCredits } from '../credits/draw-credits.ts';
import { digestOf, eventKey } from '../kernel/event-identity.ts';
import type { Identities } from '../kernel/identities.ts';
import { sortedByIdentity } from '../kernel/identity-order.ts';
import { findConflicts } from '../kernel/usage-identity.rows.ts';
import { settleLeases } from '../leases/lease.rows.ts';
import { type Admitted, admit, type Known, type Rejection } from './admission.rules.ts';
import { emitThresholds } from './emit-thresholds.ts';
import type { Origins, Placeable } from './origins.ts';
import type { ReportedEvent } from './read-events.rules.ts';
import { type CountableEvent, type Counted, countEvents } from './usage-event.rows.ts';

export interface Written {
  accepted: number;
  duplicates: number;
  /** Those: by index in the batch. */
  repeated: number[];
  /** By index in the batch. */
  rejected: Map<number, Rejection>;
}

interface Candidate extends CountableEvent, Placeable {
  index: number;
  apiKey: string | undefined;
}

export const CONFLICT: Rejection = {
  code: 'conflict',
  message: 'This id was used before for another meter or quantity. The first one counts; send a new id.',
};

/**
 * Counts a batch in the given transaction: each event once, in the hour and period it happened in, and emits
 * which thresholds of quotas were reached. All or nothing is committed; a resent batch counts nothing twice.
 */
export async function writeEvents(
  tx: Tx,
  emit: Emit,
  batch: { events: readonly ReportedEvent[]; known: Known; now: number; epoch: number },
  { identities, origins }: { identities: Identities; origins: Origins },
): Promise<Written> {
  const rejected = new Map<number, Rejection>();
  const candidates: Candidate[] = [];
  batch.events.forEach((event, index) => {
    const admitted = admit(event, batch.known, batch.now);
    if ('code' in admitted) rejected.set(index, admitted);
    else candidates.push(countable(event, index, admitted));
  });
  const { unique, repeats } = withoutRepeats(candidates);
  if (unique.length === 0) return { accepted: 0, duplicates: 0, repeated: [], rejected };
  const generation = await identities.openGeneration(tx, batch.epoch);
  const older = await identities.findOlder(tx, unique);
  const perhaps = older.size === 0 ? unique : unique.filter((_, index) => !older.has(index));
  await origins.place(tx, perhaps);
  const counted = await countEvents(tx, perhaps, generation);
  const fresh = counted.repeated.size === 0 ? perhaps : perhaps.filter((_, index) => !counted.repeated.has(index));
  const again = [
    ...unique.filter((_, index) => older.has(index)),
    ...perhaps.filter((_, index) => counted.repeated.has(index)),
    ...repeats,
  ];
  const conflicts = again.length === 0 ? new Set<number>() : await findConflicts(tx, again);
  for (const at of conflicts) rejected.set(again[at]?.index ?? 0, CONFLICT);
  const repeated = again.flatMap(({ index }, at) => (conflicts.has(at) ? [] : [index]));
  await settleLeases(tx, fresh);
  await drawCredits(tx, creditedOf(counted, fresh, batch.known), batch.now);
  await emitThresholds(tx, emit, counted, batch);
  return { accepted: fresh.length, duplicates: repeated.length, repeated, rejected };
}

/** What was counted of meters with prepaid units. */
function creditedOf({ others }: Counted, fresh: readonly Candidate[], { times }: Known): Credited[] {
  return others.flatMap(({ org_id: orgId, meter, per, draws_from: from }): Credited[] => {
    const own = times.get(orgId)?.periods;
    const events = fresh.filter((event) => event.org === orgId && event.meter === meter && event.quantity !== 0);
    return from === null || !own || events.length === 0 ? [] : [{ orgId, meter, per, from, periods: own, events }];
  });
}

function countable(event: ReportedEvent, index: number, { at, moved, periodStart, zone }: Admitted): Candidate {
  return {
    index,
    org: event.org,
    key: eventKey(event.source, event.id),
    digest: digestOf({ meter: event.meter, quantity: contentOf(event) }),
    meter: event.meter,
    quantity: event.quantity,
    at: moved ?? toMillisecond(event.at),
    atMs: at,
    source: event.source,
    id: event.id,
    lease: event.lease,
    periodStart,
    zone: zone === 'UTC' ? null : zone,
    labels: event.counted ?? event.labels,
    reporter: event.reporter ?? event.source,
    apiKey: event.apiKey,
  };
}

function contentOf({ said, quantity, labels }: ReportedEvent): string | number {
  const content = said ?? quantity;
  return labels ? `${content} ${JSON.stringify(labels)}` : content;
}

/** PostgreSQL rounds an instant where JavaScript truncates it, which could move an event into the next period. */
export const toMillisecond = (at: string): string => (at.length > 24 ? `${at.slice(0, 23)}Z` : at);

/** The first event of each identity, sorted as the statement needs it, and those that repeat one. */
function withoutRepeats(candidates: readonly Candidate[]): { unique: Candidate[]; repeats: Candidate[] } {
  const unique: Candidate[] = [];
  const repeats: Candidate[] = [];
  // Sorting is stable: of two with one identity the first one stays the first.
  for (const candidate of sortedByIdentity(candidates)) {
    const last = unique.at(-1);
    (last?.key === candidate.key && last.org === candidate.org ? repeats : unique).push(candidate);
  }
  return { unique, repeats };
}
