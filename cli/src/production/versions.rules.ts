/** Until when the PostgreSQL community mends each major version (its versioning policy). */
const POSTGRES_ENDS: Record<number, string> = {
  13: '2025-11-13',
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
};

/** Why the version should be left, if it should. */
export function outdatedPostgres(version: string, now: number): string | undefined {
  const major = Number.parseInt(version, 10);
  const ends = POSTGRES_ENDS[major];
  if (ends === undefined) return major < 13 ? 'it is older than what Tidegate is tried with' : undefined;
  return now > Date.parse(ends) ? `it gets no more corrections since ${ends}` : undefined;
}
