import pg from 'pg';

/*
 * What becomes of a value's text. The server says of which type a value is, and the driver has a reader for some forty
 * types, with regular expressions and recursion of their own: here are the types that are asked for. Any other value
 * stays the text that came. Numbers become numbers: all we read stays below 2^53. Instants are read as microseconds,
 * never as dates.
 */
const { builtins } = pg.types;
const TEXTS = 1009;
const INTS = 1007;
const BIGINTS = 1016;
const OIDS = 1028;
const BOOLS = 1000;

/** A list or a document takes many times its text in memory, by the number of its parts. */
const MAX_PARTS = 250_000;

export function getTypeParser(oid: number): (text: string) => unknown {
  return PARSERS.get(oid) ?? String;
}

const own = (oid: number) => pg.types.getTypeParser(oid, 'text') as (text: string) => unknown;

/** The largest that is asked for are the texts of two hundred sessions. */
const MAX_CHARS = 4 * 1024 * 1024;

const bounded = (parse: (text: string) => unknown) => (text: string) => {
  if (text.length > MAX_CHARS) throw new Error('A value is too long.');
  if (text.length > MAX_PARTS && countParts(text) > MAX_PARTS) throw new Error('A value has too many parts.');
  try {
    return parse(text);
  } catch {
    // Its own words would quote what the server sent.
    throw new Error('A value is not what its type says.');
  }
};

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  ...[
    builtins.INT2,
    builtins.INT4,
    builtins.INT8,
    builtins.OID,
    builtins.NUMERIC,
    builtins.FLOAT4,
    builtins.FLOAT8,
  ].map((oid) => [oid, Number] as const),
  [builtins.BOOL, (text) => text === 't'],
  ...[builtins.JSON, builtins.JSONB].map((oid) => [oid, bounded(JSON.parse)] as const),
  ...[TEXTS, INTS, BIGINTS, OIDS, BOOLS].map((oid) => [oid, bounded(own(oid))] as const),
]);

function countParts(text: string): number {
  let parts = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    // , [ {
    if (letter === 0x2c || letter === 0x5b || letter === 0x7b) parts += 1;
  }
  return parts;
}
