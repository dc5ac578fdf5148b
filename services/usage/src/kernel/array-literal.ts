/*
 * Arrays travel to PostgreSQL as text, one parameter a column: a batch of 2,000 events costs ten parameters, and the
 * driver need not look at each value.
 */

const SPECIAL = /[\\"]/;

/** An array literal of values that need no quotes: checked uuids, names, numbers and ISO instants. */
export function plain<T>(items: readonly T[], value: (item: T) => string | number): string {
  const texts = new Array<string | number>(items.length);
  for (let at = 0; at < items.length; at += 1) texts[at] = value(items[at] as T);
  return `{${texts.join(',')}}`;
}

export function quoted<T>(items: readonly T[], value: (item: T) => string): string {
  return plain(items, (item) => {
    const text = value(item);
    return SPECIAL.test(text) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${text}"`;
  });
}

/** An array as text, for arrays of arrays. */
export const arrayText = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
