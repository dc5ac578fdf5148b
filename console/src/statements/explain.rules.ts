/** What `EXPLAIN (GENERIC_PLAN)` can plan, of PostgreSQL 16 on: parameters stay unknown, and nothing is run. */
export const explainOf = (text: string): string => `EXPLAIN (GENERIC_PLAN) ${text.trim().replace(/;\s*$/, '')};`;
