import { ConnectionFailed } from './connection-failure.rules.ts';

/*
 * A malicious server may ignore the `limit` of a query, so what is stored of an answer is bounded here too.
 */
export function mustBeFew(rows: readonly unknown[], most: number): void {
  if (rows.length > most) throw new ConnectionFailed('answer_too_large');
}

/** PostgreSQL's names have 63 bytes, in builds of one's own some more. */
const MAX_NAME = 255;

/** Of what a row of JSON holds, all but the text of a statement is names. */
export function shortened<T extends object>(row: T): T {
  const short = (value: unknown) => (typeof value === 'string' ? nameOf(value) : value);
  if (Array.isArray(row)) return row.map(short) as T;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, key === 'text' ? value : short(value)]),
  ) as T;
}

export const nameOf = (text: string): string => (text.length > MAX_NAME ? text.slice(0, MAX_NAME) : text);

/** Of what is stored as JSON no column says that it is a number; null for what is none. */
export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
