import type { UsageEvent } from '@tidegate/contracts/usage/event';
import { type CallsNote, eventId } from './call-notes.rules.ts';

export const METER = 'api_calls';
/** Calls of one lease and key within this time are one event: an outage of a day is 144 events a key, not 86,400. */
const TOGETHER_MS = 600_000;
/** As many as an organisation has keys: beyond it calls are of no key. */
const MOST_KEYED = 1_000;
/** Beyond it the newest event grows instead, so that an endless outage stores a bounded amount. */
const MOST_EVENTS = MOST_KEYED + 400;

/** Calls that become one event. */
export interface Entry {
  readonly orgId: string;
  readonly lease: string;
  /** The API key; '' for none. */
  readonly key: string;
  /** Epoch milliseconds of its first call, which decides the hour and period that it counts in. */
  readonly at: number;
  calls: number;
  /** Of them not in the journal yet. */
  unnoted: number;
}

interface Organisation {
  /** By lease and by key. */
  byLease: Map<string, Map<string, Entry[]>>;
  events: number;
}

/**
 * API calls that were answered, by organisation, by the lease that paid and by key: the content of one segment of the journal.
 */
export class Tally {
  private readonly organisations = new Map<string, Organisation>();

  get isEmpty(): boolean {
    return this.organisations.size === 0;
  }

  /** One more call. `lease`: the lease that paid; empty for none. */
  count(orgId: string, lease: string, key: string, now: number): Entry {
    let organisation = this.organisations.get(orgId);
    if (!organisation) {
      organisation = { byLease: new Map(), events: 0 };
      this.organisations.set(orgId, organisation);
    }
    const { events } = organisation;
    const last = organisation.byLease.get(lease)?.get(key)?.at(-1);
    if (last && (now < last.at + TOGETHER_MS || events >= (key === '' ? MOST_EVENTS : MOST_KEYED))) {
      last.calls += 1;
      return last;
    }
    if (events >= MOST_KEYED && key !== '') return this.count(orgId, lease, '', now);
    // Too many leases: calls are counted without them, and the rest of the leases expires a minute later.
    if (events >= MOST_EVENTS && lease !== '') return this.count(orgId, '', '', now);
    return begin(organisation, { orgId, lease, key, at: now, calls: 1, unnoted: 0 });
  }

  /** The content of a segment of the journal. */
  add([orgId, lease, at, calls, key = '']: CallsNote): void {
    const organisation: Organisation = this.organisations.get(orgId) ?? { byLease: new Map(), events: 0 };
    this.organisations.set(orgId, organisation);
    const known = organisation.byLease
      .get(lease)
      ?.get(key)
      ?.find((entry) => entry.at === at);
    if (known) known.calls += calls;
    else begin(organisation, { orgId, lease, key, at, calls, unnoted: 0 });
  }

  *entries(): Generator<Entry> {
    for (const organisation of this.organisations.values()) yield* entriesOf(organisation);
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
      [...this.organisations].map(([orgId, organisation]) => [
        orgId,
        [...entriesOf(organisation)].map((entry) => toEvent(segment, entry)),
      ]),
    );
  }
}

function begin(organisation: Organisation, entry: Entry): Entry {
  const byKey = organisation.byLease.get(entry.lease) ?? new Map<string, Entry[]>();
  organisation.byLease.set(entry.lease, byKey);
  const entries = byKey.get(entry.key);
  if (entries) entries.push(entry);
  else byKey.set(entry.key, [entry]);
  organisation.events += 1;
  return entry;
}

function* entriesOf({ byLease }: Organisation): Generator<Entry> {
  for (const byKey of byLease.values()) for (const entries of byKey.values()) yield* entries;
}

/** As it stands in the journal: so many calls of this entry. */
export const toNote = ({ orgId, lease, key, at }: Entry, calls: number): CallsNote =>
  key === '' ? [orgId, lease, at, calls] : [orgId, lease, at, calls, key];

function toEvent(segment: string, { orgId, lease, key, at, calls }: Entry): UsageEvent {
  return {
    id: eventId(segment, lease, at, key),
    org: orgId,
    meter: METER,
    quantity: calls,
    at: new Date(at).toISOString(),
    source: 'gateway',
    ...(lease === '' ? {} : { lease }),
    ...(key === '' ? {} : { apiKey: key }),
  };
}
