/** Given keys replace, an empty value removes, an empty `metadata` removes all. */
export function mergedMetadata(
  known: Record<string, string> | null | undefined,
  given: Record<string, string | number | null> | '' | null | undefined,
): Record<string, string> {
  if (given === undefined) return { ...known };
  if (given === '' || given === null) return {};
  const merged: Record<string, string> = { ...known };
  for (const [key, value] of Object.entries(given)) {
    if (value === '' || value === null) delete merged[key];
    else merged[key] = String(value);
  }
  return merged;
}

/** An empty text unsets a field. */
export const orNull = <T>(value: T | '' | null | undefined): T | null => (value === '' || value == null ? null : value);

/** The fields of `given` that are there, with an empty text as null. */
export function givenFields<T extends object, K extends keyof T>(given: T, ...keys: K[]): Partial<Record<K, unknown>> {
  return Object.fromEntries(
    keys.filter((key) => given[key] !== undefined).map((key) => [key, orNull(given[key])]),
  ) as Partial<Record<K, unknown>>;
}
