/** An event that should have been counted, in the smallest steps of its meter. */
export interface Wanted {
  id: string;
  at: string;
  quantity: number;
  /** Of a unique meter. */
  value?: string | undefined;
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
  /** null: as nothing at all. */
  quantity: number | null;
  /** Of which unique value it is. */
  hash?: string | undefined;
}

/** What an event counts as, and what it is to count as, null for nothing at all; `fresh` is true for one that is written anew. */
export interface Change {
  key: string;
  source: string;
  id: string;
  at: string;
  labels: readonly string[] | null;
  before: number | null;
  after: number | null;
  /** Under which combination of dimensions it counts, where that is another one. */
  counted?: readonly string[] | undefined;
  /** The unique value of one that is written anew. */
  said?: string | undefined;
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
  /** Of which unique value an event is; of other meters nothing. */
  hashOf?: (want: Wanted) => string | undefined;
}

const MOVED = 'backfill:';
/** The source of events that a backfill writes where their own identity belongs to an event elsewhere. */
export const movedSource = (source: string): string => `${MOVED}${source}`;
/** Under which source they count. */
export const reporterOf = (source: string): string => (source.startsWith(MOVED) ? source.slice(MOVED.length) : source);

/**
 * What has to change so that the events of a time are those that are wanted, or that those that are missing are added. An
 * event that happened at another instant, in other dimensions or with another unique value than it was counted with is taken
 * out there and written anew.
 */
export function planBackfill(
  { backfillId, source, mode, keyOf, hashOf = () => undefined }: Of,
  wanted: readonly Wanted[],
  there: readonly Existing[],
): Plan {
  const plan: Plan = { changes: [], added: 0, changed: 0, removed: 0, unchanged: 0 };
  const byName = Map.groupBy(there, ({ name }) => name);
  const set = (one: Existing, after: number | null) => {
    if (one.quantity === after) return;
    const { name: _, quantity: before, hash: __, ...event } = one;
    plan.changes.push({ ...event, before, after, fresh: false });
  };
  for (const want of wanted) {
    const own = byName.get(want.id) ?? [];
    byName.delete(want.id);
    const counting = own.filter(({ quantity }) => quantity !== null);
    if (mode === 'add' && counting.length > 0) {
      plan.unchanged += 1;
      continue;
    }
    const hash = hashOf(want);
    const same = own.find(
      (one) => one.at === want.at && sameLabels(one.labels, want.labels) && (hash ?? one.hash) === one.hash,
    );
    for (const one of own) if (one !== same) set(one, null);
    if (same) set(same, want.quantity);
    else plan.changes.push(written(want, { backfillId, source, keyOf, taken: own.length > 0 }));
    if (same && same.quantity === want.quantity && counting.length === 1) plan.unchanged += 1;
    else if (counting.length > 0) plan.changed += 1;
    else plan.added += 1;
  }
  if (mode === 'add') return plan;
  for (const own of byName.values()) {
    if (own.some(({ quantity }) => quantity !== null)) plan.removed += 1;
    for (const one of own) set(one, null);
  }
  return plan;
}

function written(
  { id, at, quantity, value: said, labels }: Wanted,
  { backfillId, source, keyOf, taken }: Omit<Of, 'mode' | 'hashOf'> & { taken: boolean },
): Change {
  const stored = taken ? { source: movedSource(source), id: `${backfillId}:${id}` } : { source, id };
  return {
    ...stored,
    key: keyOf(stored.source, stored.id),
    at,
    labels,
    before: null,
    after: quantity,
    said,
    fresh: true,
  };
}

const sameLabels = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** The changes that undo these, the last one first: so what each added to its window is taken back where it was added. */
export const undone = <C extends Change>(changes: readonly C[]): C[] =>
  changes.map((change) => ({ ...change, before: change.after, after: change.before, fresh: false })).reverse();
