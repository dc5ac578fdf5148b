import type { Tx } from '@tidegate/database/tx';
import type { Standing } from '../entitlements/standing.ts';
import { lockMeters } from '../kernel/meter-lock.rows.ts';
import { MAX_COMBINATIONS, OVERFLOW } from '../meters/dimensions.rules.ts';
import { timeRejection } from './admission.rules.ts';
import { type Combination, dayOf, findCombinations, insertCombinations } from './label.rows.ts';
import type { Placed } from './read-events.rules.ts';

/**
 * Decides under which combination each event with dimensions counts: under its own while its day has few, and otherwise
 * under `other`, so that a value that never repeats can fill neither tables nor answers. Plain events stay as they are.
 */
export async function byDimension(
  tx: Tx,
  { snapshot, now }: Standing,
  given: Placed[],
  anyAge = false,
): Promise<Placed[]> {
  const some = given.filter(({ event }) => event.labels && (anyAge || !timeRejection(event, now)));
  if (some.length === 0) return given;
  const { orgId } = snapshot;
  await lockMeters(
    tx,
    orgId,
    some.map(({ event }) => event.meter),
  );
  const asked = new Map<string, Combination>();
  for (const placed of some) asked.set(keyOf(placed), combinationOf(placed));
  const list = [...asked];
  const { known, counts } = await findCombinations(
    tx,
    orgId,
    list.map(([, one]) => one),
  );
  const refused = new Set<string>();
  const fresh: Combination[] = [];
  for (const [index, [key, one]] of list.entries()) {
    if (known.has(index)) continue;
    const count = counts.get(dayOf(one)) ?? 0;
    if (count >= MAX_COMBINATIONS) refused.add(key);
    else {
      counts.set(dayOf(one), count + 1);
      fresh.push(one);
    }
  }
  await insertCombinations(tx, orgId, fresh);
  if (refused.size === 0) return given;
  return given.map((placed) =>
    placed.event.labels && refused.has(keyOf(placed))
      ? { ...placed, event: { ...placed.event, counted: OVERFLOW } }
      : placed,
  );
}

const combinationOf = ({ event: { meter, at, labels = [] } }: Placed): Combination => ({
  meter,
  day: new Date(at).toISOString().slice(0, 10),
  labels,
});

const keyOf = (placed: Placed): string => {
  const { meter, day, labels } = combinationOf(placed);
  return JSON.stringify([meter, day, labels]);
};
