/** Postgres refused the values themselves (22: data, 23: constraint), so the same again would be refused again. */
export function isBadData(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^2[23]/.test(code) && code.length === 5;
}
