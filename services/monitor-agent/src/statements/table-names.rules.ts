/*
 * Names that stand where a statement names its tables. It is a reader of texts, no parser: what it takes for a table is
 * shown only when its database has a table of that name.
 */
const NAME = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const TABLE = String.raw`(?:only\s+)?(${NAME}(?:\s*\.\s*${NAME})?)`;
const PLACE = new RegExp(String.raw`\b(?:from|join|into|update|table|using|truncate)\s+${TABLE}`, 'giu');
const NEXT = new RegExp(String.raw`^\s*(?:as\s+)?(?:${NAME}\s*)?,\s*${TABLE}`, 'iu');
const PARTS = new RegExp(NAME, 'gu');
const MOST = 50;
const MOST_TEXT = 20_000;

export interface TableName {
  schema: string | null;
  name: string;
}

export function tableNames(text: string): TableName[] {
  const found = new Map<string, TableName>();
  const cut = text.slice(0, MOST_TEXT);
  for (const match of cut.matchAll(PLACE)) {
    let at = match.index + match[0].length;
    let name: string | undefined = match[1];
    while (name !== undefined && found.size < MOST) {
      const one = toName(name);
      found.set(`${one.schema ?? ''}.${one.name}`, one);
      const next = NEXT.exec(cut.slice(at, at + 500));
      name = next?.[1];
      at += next?.[0].length ?? 0;
    }
  }
  return [...found.values()];
}

function toName(text: string): TableName {
  const parts = (text.match(PARTS) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase(),
  );
  return { schema: parts.length > 1 ? (parts[0] ?? null) : null, name: parts.at(-1) ?? '' };
}
