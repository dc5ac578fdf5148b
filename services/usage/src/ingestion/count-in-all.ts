import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import type { MeterPeriods } from '../entitlements/meter-periods.rules.ts';
import type { Enrolment } from './enrolment.ts';
import type { Placed, Rejected } from './read-events.rules.ts';
import type { UsageWriter } from './usage-writer.ts';

type Definitions = ReadonlyMap<string, MeterDefinition>;

/** Whether the event only adds what it says: all that it needs of its organisation is its enrolment. */
export function addsUp({ event }: Placed, definitions: Definitions): boolean {
  const { aggregate = 'sum', groupBy = [] } = definitions.get(event.meter) ?? {};
  return (aggregate === 'sum' || aggregate === 'count') && groupBy.length === 0 && event.lease === undefined;
}

/** Why a plan does not let an event be counted; one of a meter that no plan has is left to the writer, which names it. */
export const lacks = (meter: string): string =>
  `No plan of this organisation includes ${meter}. Send it again when it does.`;

/**
 * Counts events of many organisations as one batch, as those of the stream are: an organisation more costs no query more. The
 * transaction sees all organisations and has begun to count.
 */
export async function countInAll(
  writer: UsageWriter,
  {
    tx,
    emit,
    now,
    epoch,
    rejected,
    force,
  }: { tx: Tx; emit: Emit; now: number; epoch: number; rejected: Rejected[]; force: boolean },
  given: readonly Placed[],
  { enrolments, definitions }: { enrolments: ReadonlyMap<string, Enrolment>; definitions: Definitions },
): Promise<{ accepted: number; duplicates: number }> {
  const included = given.filter(({ index, event: { org, meter } }) => {
    if (force || enrolments.get(org)?.meters.has(meter) || !definitions.has(meter)) return true;
    rejected.push({ index, code: 'not_included', message: lacks(meter) });
    return false;
  });
  const periods = new Map<string, MeterPeriods>();
  const zones = new Map<string, string>();
  for (const [org, one] of enrolments) {
    periods.set(org, one.periods);
    if (one.zone !== 'UTC') zones.set(org, one.zone);
  }
  const events = included.map(({ event }) => event);
  const {
    accepted,
    duplicates,
    rejected: refused,
  } = await writer.write(tx, emit, events, { periods, zones, now, epoch });
  for (const [at, rejection] of refused) rejected.push({ index: included[at]?.index ?? 0, ...rejection });
  return { accepted, duplicates };
}
