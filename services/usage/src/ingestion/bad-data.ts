/**
 * True when Postgres refused the values themselves (22: data, 23: constraint), so that a retry cannot help. A missing
 * partition has the same code as a failed check, but is not the row's fault.
 */
export function isBadData(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !/^2[23][0-9A-Z]{3}$/.test(code)) return false;
  return !/no partition of relation/.test(String(message));
}
