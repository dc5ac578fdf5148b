import type { UsageEvent } from '@tidegate/contracts/usage/event';
import type { Tx } from '@tidegate/database/tx';
import { eventKey } from '../kernel/event-identity.ts';
import { findKnown } from '../kernel/usage-identity.rows.ts';
import { lockLeases } from './lease.rows.ts';
import { type LeaseLeft, refusalOf } from './lease.rules.ts';

/**
 * Finds a customer's events whose lease cannot pay for them: the reason by index in the batch. The leases stay locked.
 * Events that were counted before are left to prove duplicates: their units were taken when they were counted.
 */
export async function checkLeases(tx: Tx, orgId: string, events: readonly UsageEvent[]): Promise<Map<number, string>> {
  const wrong = new Map<number, string>();
  const ids = new Set(events.flatMap(({ lease }) => lease ?? []));
  if (ids.size === 0) return wrong;
  const leases = new Map<string, LeaseLeft>();
  for (const { id, meter, left, period_start, period_end } of await lockLeases(tx, orgId, [...ids])) {
    const until = period_end?.getTime() ?? Number.POSITIVE_INFINITY;
    leases.set(id, { meter, left: Number(left), from: period_start.getTime(), until });
  }
  const keys = events.map(({ source, id }) => eventKey(source, id));
  const known = await findKnown(tx, orgId, keys);
  events.forEach((event, index) => {
    const key = keys[index] ?? '';
    if (!event.lease || known.has(key)) return;
    const lease = leases.get(event.lease.toLowerCase());
    const why = refusalOf(lease, { meter: event.meter, quantity: event.quantity, at: Date.parse(event.at) });
    if (why) wrong.set(index, why);
    else {
      known.add(key);
      if (lease) lease.left -= event.quantity;
    }
  });
  return wrong;
}
