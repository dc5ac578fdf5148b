type Key = readonly unknown[];

/** What may differ between what is shown and what is asked for: another range, order or search of the same thing. */
const MOVING = new Set(['from', 'to', 'at', 'before', 'sort', 'search', 'settings', 'price']);

/**
 * Keeps on the screen what was shown of the same thing while a newer answer is on its way. What belongs to another
 * organisation, server or plan never stands there for a moment: it would be taken for what is asked for.
 */
export const keepShown =
  (key: Key) =>
  <T>(shown: T | undefined, of: { queryKey: Key } | undefined): T | undefined =>
    of && fixed(of.queryKey) === fixed(key) ? shown : undefined;

const fixed = (key: Key): string => JSON.stringify(key, (name, value) => (MOVING.has(name) ? undefined : value));
