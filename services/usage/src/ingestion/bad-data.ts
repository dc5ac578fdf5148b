/**
 * Postgres refused the values themselves (22: data, 23: constraint), so the same again would be refused again. A row
 * without a partition is refused with the same code as a failed check, but is no fault of the row.
 */
export function isBadData(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !/^2[23][0-9A-Z]{3}$/.test(code)) return false;
  return !/no partition of relation/.test(String(message));
}
