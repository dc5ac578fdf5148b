/*
 * Arrays travel to PostgreSQL as text, one parameter a column: a batch of 2,000 events costs ten parameters, and the
 * driver need not look at each value.
 */

/** An array literal of values that need no quotes: checked uuids, names, numbers and ISO instants. */
export function plain<T>(items: readonly T[], value: (item: T) => string | number): string {
  let text = '{';
  for (const item of items) text += text.length === 1 ? value(item) : `,${value(item)}`;
  return `${text}}`;
}

export function quoted<T>(items: readonly T[], value: (item: T) => string): string {
  return plain(items, (item) => `"${value(item).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
}

/** An array as text, for arrays of arrays. */
export const arrayText = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
