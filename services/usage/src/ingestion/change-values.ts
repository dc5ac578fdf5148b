import type { Tx } from '@tidegate/database/tx';
import type { Standing } from '../entitlements/standing.ts';
import type { Labels } from '../meters/dimensions.rules.ts';
import { type AggregateRow, deleteAggregates, saveAggregates } from './aggregate.rows.ts';
import { type ByDifference, ChangingWindow, type Held } from './aggregate.rules.ts';
import { hashOf, nameOf, type Window, windowsOf } from './count-differences.ts';
import {
  explainAggregates,
  findBestOfRest,
  findValues,
  insertValues,
  type StoredValue,
  updateValues,
  type ValueRow,
} from './value.rows.ts';

export interface ValueChange {
  key: string;
  at: string;
  /** What the event says from now on, in steps; null: it does not count. */
  after: number | null;
  /** Of a unique meter, the value that it says; without one it stays what it was. */
  said?: string | undefined;
  labels?: Labels | undefined;
  /** It was not counted before. */
  fresh: boolean;
}

export interface ValueMeter {
  meter: string;
  aggregate: ByDifference;
}

/** Later than everything that is stored. */
const NEWEST = 2 ** 52;

/** What an event says in a window, or that it says nothing there any more. */
interface Step {
  change: number;
  window: Window;
  key: string;
  held: Held | undefined;
}

/**
 * Values of a meter that counts unique, largest or newest ones change, one after the other: answers what each change adds to
 * the window of its event, so that hours and balances remain sums. What decides a window afterwards is found among all that
 * was counted in it; it is the window in which the event was counted, whatever limit the plan has by now.
 *
 * The caller holds the lock of the meter. Without `save` it is only asked what would come of it.
 */
export async function changeValues(
  tx: Tx,
  standing: Standing,
  meter: ValueMeter,
  changes: readonly ValueChange[],
  { save }: { save: boolean },
): Promise<number[]> {
  if (changes.length === 0) return [];
  const { orgId } = standing.snapshot;
  const stored = await findValues(
    tx,
    orgId,
    changes.filter(({ fresh }) => !fresh),
  );
  const fresh = await freshWindows(tx, standing, meter, changes);
  const steps: Step[] = [];
  const inserted: ValueRow[] = [];
  const updated: StoredValue[] = [];
  for (const [index, change] of changes.entries()) {
    const { key, after } = change;
    const was = stored.get(key);
    const window = fresh.get(change) ?? was;
    if (!window) throw new Error('A value is changed that was never stored.');
    const hash = was ? rehashed(was, change) : window.hash;
    const held = after === null ? undefined : { value: after, at: Date.parse(change.at), n: was?.n ?? NEWEST + index };
    if (was && hash !== was.hash) steps.push({ change: index, window: was, key, held: undefined });
    steps.push({ change: index, window: { ...window, hash }, key, held });
    if (was) updated.push({ ...was, hash, value: after ?? was.value, voided: after === null });
    else inserted.push({ ...window, key, at: change.at, value: after ?? 0 });
  }
  const windows = await open(tx, orgId, meter.aggregate, steps, [...stored.values()]);
  const adds = changes.map(() => 0);
  for (const { change, window, key, held } of steps) {
    adds[change] = (adds[change] as number) + (windows.get(nameOf(window))?.now.set(key, held) ?? 0);
  }
  if (!save) return adds;
  await insertValues(tx, orgId, inserted);
  await updateValues(tx, orgId, updated);
  const rows = [...windows.values()].map(({ window, now: { best } }) => ({ window, best }));
  const left = rows.flatMap(({ window, best }): AggregateRow[] =>
    best ? [{ ...window, value: best.value, at: new Date(best.at).toISOString() }] : [],
  );
  if (left.length > 0) await saveAggregates(tx, orgId, left);
  const empty = rows.filter(({ best }) => !best);
  if (empty.length > 0) {
    await deleteAggregates(
      tx,
      orgId,
      empty.map(({ window }) => window),
    );
  }
  return adds;
}

/** Where events that were not counted before belong. */
async function freshWindows(
  tx: Tx,
  standing: Standing,
  { meter, aggregate }: ValueMeter,
  changes: readonly ValueChange[],
): Promise<Map<ValueChange, Window>> {
  const fresh = changes.filter((change) => change.fresh);
  const placed = fresh.map(({ at, said, labels }, index) => ({
    index,
    event: {
      ...{ id: '', source: '', org: standing.snapshot.orgId, meter, quantity: 0, at },
      said: aggregate === 'unique' ? said : undefined,
      labels,
    },
  }));
  const windows = await windowsOf(tx, standing, placed);
  return new Map(placed.map((one) => [fresh[one.index] as ValueChange, windows.get(one) as Window]));
}

/** Another unique value counts apart from the one before. */
const rehashed = ({ hash }: StoredValue, { said, labels }: ValueChange): string =>
  said === undefined ? hash : hashOf(said, labels);

/** The windows as they are before anything changes. */
async function open(
  tx: Tx,
  orgId: string,
  aggregate: ByDifference,
  steps: readonly Step[],
  stored: readonly StoredValue[],
): Promise<Map<string, { window: Window; now: ChangingWindow }>> {
  const windows = [...new Map(steps.map(({ window }) => [nameOf(window), window])).values()];
  await explainAggregates(tx, orgId, windows);
  const without = stored.map(({ key }) => key);
  const rest = await findBestOfRest(tx, orgId, { aggregate, windows, without });
  const own = Map.groupBy(
    stored.filter(({ voided }) => !voided),
    nameOf,
  );
  return new Map(
    windows.map(({ meter, start, hash, end }, index) => {
      const window = { meter, start, hash, end };
      const held = (own.get(nameOf(window)) ?? []).map(
        ({ key, value, at, n }) => [key, { value, at: Date.parse(at), n }] as const,
      );
      return [nameOf(window), { window, now: new ChangingWindow(aggregate, rest[index], held) }];
    }),
  );
}
