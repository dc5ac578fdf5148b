import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { type CallsNote, eventId } from './call-notes.rules.ts';

export const METER = 'api_calls';
/** Calls of one lease within this time are one event: an outage of a day is 144 events an organisation, not 86,400. */
const TOGETHER_MS = 600_000;
/** Beyond it the newest event grows instead, so that an endless outage stores a bounded amount. */
const MOST_EVENTS = 400;

/** Calls that become one event. */
export interface Entry {
  readonly orgId: string;
  readonly lease: string;
  /** Epoch milliseconds of its first call, which decides the hour and period that it counts in. */
  readonly at: number;
  calls: number;
  /** Of them not in the journal yet. */
  unnoted: number;
}

interface Organisation {
  byLease: Map<string, Entry[]>;
  events: number;
}

/**
 * API calls that were answered, by organisation and by the lease that paid: the content of one segment of the journal.
 */
export class Tally {
  private readonly organisations = new Map<string, Organisation>();

  get isEmpty(): boolean {
    return this.organisations.size === 0;
  }

  /** One more call, or several. `lease`: the lease that paid; empty for none. */
  count(orgId: string, lease: string, now: number): Entry {
    let organisation = this.organisations.get(orgId);
    if (!organisation) {
      organisation = { byLease: new Map(), events: 0 };
      this.organisations.set(orgId, organisation);
    }
    const last = organisation.byLease.get(lease)?.at(-1);
    if (last && (now < last.at + TOGETHER_MS || organisation.events >= MOST_EVENTS)) {
      last.calls += 1;
      return last;
    }
    // Too many leases: calls are counted without them, and the rest of the leases expires a minute later.
    if (organisation.events >= MOST_EVENTS && lease !== '') return this.count(orgId, '', now);
    return begin(organisation, { orgId, lease, at: now, calls: 1, unnoted: 0 });
  }

  /** The content of a segment of the journal. */
  add([orgId, lease, at, calls]: CallsNote): void {
    const organisation: Organisation = this.organisations.get(orgId) ?? { byLease: new Map(), events: 0 };
    this.organisations.set(orgId, organisation);
    const known = organisation.byLease.get(lease)?.find((entry) => entry.at === at);
    if (known) known.calls += calls;
    else begin(organisation, { orgId, lease, at, calls, unnoted: 0 });
  }

  *entries(): Generator<Entry> {
    for (const { byLease } of this.organisations.values()) for (const entries of byLease.values()) yield* entries;
  }

  paidBy(wanted: string): number {
    let sum = 0;
    for (const { lease, calls } of this.entries()) if (lease === wanted) sum += calls;
    return sum;
  }

  calls(): number {
    let sum = 0;
    for (const { calls } of this.entries()) sum += calls;
    return sum;
  }

  /** The events of each organisation, named after the segment. */
  events(segment: string): Map<string, UsageEvent[]> {
    return new Map(
      [...this.organisations].map(([orgId, { byLease }]) => [
        orgId,
        [...byLease.values()].flat().map((entry) => toEvent(segment, entry)),
      ]),
    );
  }
}

function begin(organisation: Organisation, entry: Entry): Entry {
  const entries = organisation.byLease.get(entry.lease);
  if (entries) entries.push(entry);
  else organisation.byLease.set(entry.lease, [entry]);
  organisation.events += 1;
  return entry;
}

function toEvent(segment: string, { orgId, lease, at, calls }: Entry): UsageEvent {
  return {
    id: eventId(segment, lease, at),
    org: orgId,
    meter: METER,
    quantity: calls,
    at: new Date(at).toISOString(),
    source: 'gateway',
    ...(lease === '' ? {} : { lease }),
  };
}
