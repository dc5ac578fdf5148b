interface Entry {
  id: string;
  at: string;
}

/**
 * What of a list that goes on at its top is shown while somebody reads it: up to the newest that they have seen. What has
 * come since is counted, and what moved to the top stays where it was, as it was.
 */
export function heldBack<Row extends Entry>(
  rows: readonly Row[],
  upTo: string | undefined,
  seen: ReadonlyMap<string, Row>,
): { shown: Row[]; fresh: number } {
  if (upTo === undefined) return { shown: [...rows], fresh: 0 };
  const fresh = rows.filter(({ at }) => at > upTo);
  const stayed = fresh.flatMap(({ id }) => seen.get(id) ?? []);
  const shown = [...rows.filter(({ at }) => at <= upTo), ...stayed].sort(newestFirst);
  return { shown, fresh: fresh.length };
}

const newestFirst = (a: Entry, b: Entry): number => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1);
