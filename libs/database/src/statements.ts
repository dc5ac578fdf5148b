/*
 * Statement texts are written once in the code, so each gets a server-side prepared statement under a short name and
 * is parsed once per connection. Texts built at run time would fill the server's memory: past the cap, and for texts
 * that are not worth a name, statements stay unnamed.
 */
const CAP = 2_000;
const names = new Map<string, string>();

export function statementName(sql: string): string | undefined {
  const known = names.get(sql);
  if (known) return known;
  if (names.size >= CAP) return undefined;
  const name = `tg${names.size}`;
  names.set(sql, name);
  return name;
}
