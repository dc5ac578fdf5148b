import type pg from 'pg';

/** A connection, which is told how many seconds each query took: `WatchedClient`. */
export type Client = pg.ClientBase & { took?: (seconds: number) => void };

/** The one way to talk to a service's own schema. Queries take parameters; text never contains values. */
export interface Tx {
  /** The organisation whose rows are visible, when the transaction belongs to one. */
  readonly orgId: string | undefined;
  /** int8 and numeric come back as strings, timestamptz as Date, date as 'YYYY-MM-DD'. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The first row, if there is one. */
  one<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row | undefined>;
  /** A statement whose answer nobody needs: it goes out in front of the next query or of the commit, and fails with it. */
  send(sql: string, params: readonly (string | null)[]): Promise<void>;
  /** The same transaction with another view: another organisation, a person, a system loop. */
  as(visibility: Visibility): Tx;
  /** Runs after the commit, never after a rollback. It must not throw. */
  onCommit(then: () => void): void;
}

/** What row-level security lets a transaction see. Values reach Postgres as settings local to the transaction. */
export interface Visibility {
  orgId?: string | undefined;
  userId?: string | undefined;
  /** A secret's hash, hex: rows that carry it are visible to whoever holds it. */
  lookup?: string | undefined;
  /** The purpose of a system loop, as named in `tidegate.protect(table, purpose)`. */
  system?: string | undefined;
}

const SAFE = /^[0-9a-z-]{1,128}$/i;
const SETTINGS = ['app.org_id', 'app.user_id', 'app.lookup', 'app.system'] as const;

/** The values of the settings, empty where there is none, checked strictly. */
export function contextValues({ orgId = '', userId = '', lookup = '', system = '' }: Visibility): string[] {
  const values = [orgId, userId, lookup, system];
  for (const [index, value] of values.entries()) {
    if (value !== '' && !SAFE.test(value)) throw new Error(`${SETTINGS[index]} is not a plain identifier.`);
  }
  return values;
}
