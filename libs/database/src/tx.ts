/** The one way to talk to a service's own schema. Queries take parameters; text never contains values. */
export interface Tx {
  /** The organisation whose rows are visible, when the transaction belongs to one. */
  readonly orgId: string | undefined;
  /** int8 and numeric come back as strings, timestamptz as Date, date as 'YYYY-MM-DD'. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The first row, if there is one. */
  one<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row | undefined>;
  /** The same transaction seen as somebody else: another organisation, a person, a system loop. */
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

/** The settings as pairs, checked so strictly that they may stand in SQL as literals. */
export function visibilitySettings(visibility: Visibility): [name: string, value: string][] {
  const settings: [string, string | undefined][] = [
    ['app.org_id', visibility.orgId],
    ['app.user_id', visibility.userId],
    ['app.lookup', visibility.lookup],
    ['app.system', visibility.system],
  ];
  return settings.flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!SAFE.test(value)) throw new Error(`${name} is not a plain identifier.`);
    return [[name, value] as [string, string]];
  });
}
