import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import type { Standing } from '../entitlements/standing.ts';
import { MAX_SERIES, writeGauges } from '../gauges/write-gauges.ts';
import { timeRejection } from './admission.rules.ts';
import type { Placed, Rejected } from './read-events.rules.ts';
import { CONFLICT, toMillisecond } from './write-events.ts';

/** Counts events of meters that are weighted by time. */
export async function countGauges(
  { tx, emit, rejected }: { tx: Tx; emit: Emit; rejected: Rejected[] },
  standing: Standing,
  given: readonly Placed[],
): Promise<{ accepted: number; duplicates: number }> {
  const events = given.flatMap(({ index, event }) => {
    const late = timeRejection(event, standing.now);
    if (late) {
      rejected.push({ index, ...late });
      return [];
    }
    const { meter, series = '', labels, counted, quantity: value, source, id, until } = event;
    const at = toMillisecond(event.at);
    return [{ index, meter, series, labels, counted, at, until: until && toMillisecond(until), value, source, id }];
  });
  if (events.length === 0) return { accepted: 0, duplicates: 0 };
  const written = await writeGauges(tx, emit, standing, events);
  for (const index of written.conflicts) rejected.push({ index, ...CONFLICT });
  const message = `series: a meter has at most ${MAX_SERIES} series that run or may still get events`;
  for (const index of written.tooMany) rejected.push({ index, code: 'malformed', message });
  return { accepted: written.accepted, duplicates: written.duplicates };
}
