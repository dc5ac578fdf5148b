/** An event that should have been counted, in the smallest steps of its meter. */
export interface Wanted {
  id: string;
  at: string;
  quantity: number;
  labels: readonly string[] | null;
}

/** An event that was counted, and what it counts as now. */
export interface Existing {
  /** Of the event as the customer knows it. */
  name: string;
  key: string;
  source: string;
  id: string;
  at: string;
  labels: readonly string[] | null;
  quantity: number;
}

/** What an event counts as, and what it is to count as; `before` is 0 and `fresh` is true for one that is written anew. */
export interface Change {
  key: string;
  source: string;
  id: string;
  at: string;
  labels: readonly string[] | null;
  before: number;
  after: number;
  fresh: boolean;
}

export interface Plan {
  changes: Change[];
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
}

interface Of {
  backfillId: string;
  /** As service keys report under it. */
  source: string;
  mode: 'add' | 'replace';
  /** The identity of an event. */
  keyOf: (source: string, id: string) => string;
}

const MOVED = 'backfill:';
/** The source of events that a backfill writes where their own identity belongs to an event elsewhere. */
export const movedSource = (source: string): string => `${MOVED}${source}`;
/** Under which source they count. */
export const reporterOf = (source: string): string => (source.startsWith(MOVED) ? source.slice(MOVED.length) : source);

/**
 * What has to change so that the events of a time are those that are wanted, or that those that are missing are added. An
 * event that happened at another instant, or in other dimensions, than it was counted in is taken out there and written anew.
 */
export function planBackfill(
  { backfillId, source, mode, keyOf }: Of,
  wanted: readonly Wanted[],
  there: readonly Existing[],
): Plan {
  const plan: Plan = { changes: [], added: 0, changed: 0, removed: 0, unchanged: 0 };
  const byName = Map.groupBy(there, ({ name }) => name);
  const set = (one: Existing, after: number) => {
    if (one.quantity === after) return;
    const { name: _, quantity: before, ...event } = one;
    plan.changes.push({ ...event, before, after, fresh: false });
  };
  for (const want of wanted) {
    const own = byName.get(want.id) ?? [];
    byName.delete(want.id);
    const counting = own.filter(({ quantity }) => quantity !== 0);
    if (mode === 'add' && counting.length > 0) {
      plan.unchanged += 1;
      continue;
    }
    const same = own.find((one) => one.at === want.at && sameLabels(one.labels, want.labels));
    for (const one of own) if (one !== same) set(one, 0);
    if (same) set(same, want.quantity);
    else plan.changes.push(written(want, { backfillId, source, keyOf, taken: own.length > 0 }));
    if (same && same.quantity === want.quantity && counting.length === 1) plan.unchanged += 1;
    else if (counting.length > 0) plan.changed += 1;
    else plan.added += 1;
  }
  if (mode === 'add') return plan;
  for (const own of byName.values()) {
    if (own.some(({ quantity }) => quantity !== 0)) plan.removed += 1;
    for (const one of own) set(one, 0);
  }
  return plan;
}

function written(
  { id, at, quantity, labels }: Wanted,
  { backfillId, source, keyOf, taken }: Omit<Of, 'mode'> & { taken: boolean },
): Change {
  const stored = taken ? { source: movedSource(source), id: `${backfillId}:${id}` } : { source, id };
  return { ...stored, key: keyOf(stored.source, stored.id), at, labels, before: 0, after: quantity, fresh: true };
}

const sameLabels = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** The changes that undo these. */
export const undone = (changes: readonly Change[]): Change[] =>
  changes.map((change) => ({ ...change, before: change.after, after: change.before, fresh: false }));
