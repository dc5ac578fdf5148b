/*
 * Small readers of what stands behind the question mark of an address. What is not understood is left out, so that an
 * old or mistyped link still opens the page.
 */
type Raw = Record<string, unknown>;

export const textOf = (raw: Raw, name: string): string | undefined => {
  const value = raw[name];
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
};

export const oneOf = <T extends string>(raw: Raw, name: string, allowed: readonly T[]): T | undefined =>
  allowed.find((one) => one === raw[name]);

export const instantOf = (raw: Raw, name: string): string | undefined => {
  const at = Date.parse(textOf(raw, name) ?? '');
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

/** Without what is undefined, so that addresses stay short. */
export const given = <T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
