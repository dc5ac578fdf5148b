/** SQL of an instant as a cursor keeps it: to the microsecond, which JavaScript's dates do not know. */
export const asCursor = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
